"""Let pieces follow the shipments they come back with, and let go what is never sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.logistics.rules import shipments as lives
from steward.modules.returns.commands.closing import close_if_done
from steward.modules.returns.commands.moving import (
    INSPECTION,
    SUBJECT,
    announce_closed,
    announce_decision,
    let_go,
    lock_cases,
    move_case,
    move_pieces,
    pieces_of,
)
from steward.modules.returns.models import Case, Parcel, Piece
from steward.modules.returns.rules import states

AT_ONCE = 200
OUR_RISK = ("label", "pick_up")
GRACE_DAYS = parameters.define(
    "returns.grace_days",
    3,
    unit="days",
    label=_("Goods may be on their way so many days after the day they should have been sent back"),
    minimum=0,
    maximum=90,
)


class Whereabouts(Struct, frozen=True):
    """Where a shipment of direction return is, and since when."""

    shipment_id: int
    state: str
    at: datetime


@command(needs="returns.receive")
def follow_shipments(actor: Actor, *, moved: Sequence[Whereabouts], now: datetime) -> int:
    """Let pieces be where tracking says their parcels are; a second run changes nothing. Returns how many parcels.

    What arrives has to be inspected and decided within its limit from then on. What is lost counts where we had sent
    the label; else a person judges. Emits: CasePieceMoved. Locks: the cases in id order, their pieces.
    """
    by_shipment = {one.shipment_id: one for one in moved}
    found = Parcel.objects.filter(shipment_id__in=by_shipment).values_list("case_id", flat=True)
    count = 0
    for row in lock_cases(set(found)):
        pieces = pieces_of(row)
        for parcel in Parcel.objects.filter(case=row, shipment_id__in=by_shipment).order_by("id"):
            inside = [piece for piece in pieces if piece.parcel_id == parcel.id]
            _follow(actor, row, parcel, inside, by_shipment[parcel.shipment_id or 0], now)
            count += 1
        close_if_done(actor, row, now)
    return count


def _follow(
    actor: Actor, row: Case, parcel: Parcel, pieces: Sequence[Piece], where: Whereabouts, now: datetime
) -> None:
    if where.state not in lives.TRACKED or row.state not in states.OPEN:
        return
    sent = ("awaiting", "lost") if where.state != "lost" else ("awaiting",)
    move_pieces(actor, row, [one for one in pieces if one.reception in sent], "send", now)
    if where.state == "lost":
        lost = [one for one in pieces if one.reception == "in_transit"]
        move_pieces(actor, row, lost, "lose", now)
        verb = "accept" if parcel.method in OUR_RISK else "ask_person"
        waiting = [one for one in lost if one.acceptance == "pending"]
        for piece in waiting:
            piece.acceptance = states.next_acceptance(piece.acceptance, verb)
        Piece.objects.bulk_update(waiting, ["acceptance"])
    elif where.state in ("delivered", "damaged") and parcel.delivered_at is None:
        Parcel.objects.filter(id=parcel.id, delivered_at=None).update(delivered_at=where.at)
        start_inspection(actor, row, where.at, now)


def start_inspection(actor: Actor, row: Case, at: datetime, now: datetime) -> None:
    """Let the time begin in which what arrived is inspected and decided (RET-3); one clock per case runs at a time.

    Goods that are to be repaired stay their owner's: their time is that of the diagnosis (RET-6).
    """
    if row.kind == "repair":
        return
    start = ClockStart(SUBJECT, row.id, INSPECTION, at, {"kind": row.kind}, simulated=row.simulated)
    start_clocks(actor, starts=[start], now=now)


@command(needs="returns.receive")
def lapse_cases(actor: Actor, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Give up waiting for goods that were not sent in time, one bounded batch; a second run finds nothing.

    A case of which nothing ever came lapses and its pieces are free; of others only those pieces expire. What comes
    later all the same is looked at. Returns how many cases. Emits: CasePieceMoved, CaseDecided, CaseClosed.
    Locks: the cases in id order, their pieces.
    """
    late = now - timedelta(days=int(parameters.value(GRACE_DAYS)))
    due = Case.objects.filter(state="approved", return_by__lt=late, pieces__reception="awaiting", pieces__live=True)
    rows = lock_cases(set(due.order_by("return_by").values_list("id", flat=True)[:limit]))
    count = 0
    for row in rows:
        pieces = pieces_of(row)
        waiting = [one for one in pieces if one.reception == "awaiting"]
        if row.state != "approved" or not waiting:
            continue
        count += 1
        move_pieces(actor, row, waiting, "expire", now)
        if not row.refunded_minor and all(
            one.reception in states.NEVER_CAME and one.settled_at is None for one in pieces
        ):
            move_case(row, "lapse", now)
            let_go(row)
            announce_decision(actor, [row], "lapse", decider=actor.id)
            announce_closed(actor, row, now)
        else:
            close_if_done(actor, row, now)
    return count
