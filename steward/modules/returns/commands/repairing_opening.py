"""Open a repair for each piece of an approved repair case, let it arrive, and call it off with its case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, numbering
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.returns.commands.moving import lock_cases, move_pieces, pieces_of
from steward.modules.returns.commands.repairing_goods import release_parts
from steward.modules.returns.commands.repairing_moving import hands, locked_repair, move_repair
from steward.modules.returns.commands.repairing_visits import call_off
from steward.modules.returns.events import RepairOpened
from steward.modules.returns.models import Case, Piece, Repair
from steward.modules.returns.queries.warranties import PieceSold, repaired_before, warranties
from steward.modules.returns.rules import repair as rules
from steward.modules.returns.rules.repair import Warranty

PREFIX, SEQUENCE = "RP", "returns_repair_id_seq"
ENDED = ("withdrawn", "lapsed", "completed")


class UnfitPlace(errors.Refusal):
    """Refuse a place of repair that is none, or that comes too late."""

    code = "unfit_repair_place"
    status = 422
    message = _("Choose sent in, a station, or on site, before the goods are here.")


@command(needs="returns.repair")
def open_repairs(actor: Actor, *, case_ids: Collection[int], now: datetime) -> list[str]:
    """Open a repair for each piece of approved repair cases that has none; a second run opens nothing.

    The warranty is looked up before anything moves. Returns the numbers. Emits: RepairOpened.
    Locks: the cases in id order. Source: RET-6.
    """
    cases = [row for row in lock_cases(case_ids) if row.kind == "repair" and row.state == "approved"]
    wanted = Piece.objects.filter(case_id__in=[row.id for row in cases], live=True, repair=None)
    pieces = list(wanted.order_by("id"))
    if not pieces:
        return []
    by_id = {row.id: row for row in cases}
    sold = [PieceSold(one.line_id, "", one.position, by_id[one.case_id].requested_at) for one in pieces]
    found, before = warranties(sold, now=now), repaired_before([(one, "") for one in sold])
    rows = [
        _row(id_, by_id[piece.case_id], piece, warranty, count, now)
        for id_, piece, warranty, count in zip(
            numbering.next_ids(SEQUENCE, len(pieces)), pieces, found, before, strict=True
        )
    ]
    Repair.objects.bulk_create(rows)
    _announce(actor, rows, by_id)
    return [row.number for row in rows]


def _row(id_: int, case: Case, piece: Piece, warranty: Warranty, before: int, now: datetime) -> Repair:
    return Repair(
        id=id_,
        number=numbering.number(PREFIX, id_, now),
        case=case,
        piece=piece,
        item_id=piece.item_id,
        order_id=case.order_id,
        shop=case.shop,
        customer_id=case.customer_id,
        state_since=now,
        warranty=said(warranty),
        coverage=warranty.status,
        repaired_before=before,
        currency=case.currency,
        opened_at=now,
        simulated=case.simulated,
    )


def said(warranty: Warranty) -> dict[str, str | None]:
    """Write down what a warranty was found to be."""
    until = warranty.until.isoformat() if warranty.until else None
    return {"status": warranty.status, "why": warranty.why, "until": until}


def _announce(actor: Actor, rows: Sequence[Repair], cases: dict[int, Case]) -> None:
    events.record(
        actor,
        [
            RepairOpened(
                repair_id=row.id,
                number=row.number,
                case_id=row.case_id,
                order_id=row.order_id,
                ticket_id=cases[row.case_id].ticket_id,
                item_id=row.item_id,
                coverage=row.coverage,
                simulated=row.simulated,
            )
            for row in rows
        ],
    )


@command(needs="returns.repair")
def receive_repairs(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Let repairs know that their goods are here; the time for the diagnosis runs from when they came.

    A second run changes nothing. Returns how many. Emits: RepairMoved. Locks: the cases in id order, the repairs.
    """
    open_repairs(actor, case_ids=case_ids, now=now)
    lock_cases(case_ids)
    here = Repair.objects.filter(case_id__in=list(case_ids), state="awaiting", piece__reception="received")
    count = 0
    for id_ in here.order_by("id").values_list("id", flat=True):
        row, case = locked_repair(actor, id_)
        if row.state == "awaiting":
            move_repair(actor, row, case, "receive", now, received_at=row.piece.received_at or now)
            count += 1
    return count


@command(needs="returns.repair")
def cancel_repairs(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Call off the repairs of cases that ended before their goods came; a second run changes nothing.

    Returns how many. Emits: RepairMoved. Locks: the cases in id order, the repairs.
    """
    lock_cases(case_ids)
    waiting = Repair.objects.filter(case_id__in=list(case_ids), case__state__in=ENDED, state="awaiting")
    count = 0
    for id_ in waiting.order_by("id").values_list("id", flat=True):
        row, case = locked_repair(actor, id_)
        move_repair(actor, row, case, "cancel", now)
        release_parts(actor, row, now)
        call_off(actor, row, gettext("The repair was called off"), now)
        count += 1
    return count


@command(needs="returns.request")
def place_repair(actor: Actor, *, repair_id: int, place: str, station: str = "", now: datetime) -> None:
    """Say where a repair is done: sent in, at a station, or at the customer's, whose goods then stay with them.

    Raises: NotFound, NotPossible, UnfitPlace. Emits: CasePieceMoved. Locks: the case, the repair, the piece.
    """
    row, case = locked_repair(actor, repair_id)
    fits = place in rules.PLACES and bool(station) == (place == "station")
    if row.state != "awaiting" or not fits:
        raise UnfitPlace
    piece = next(one for one in pieces_of(case) if one.id == row.piece_id)
    if place == "on_site" and piece.reception == "awaiting":
        move_pieces(hands(actor, "returns.receive"), case, [piece], "leave", now)
    elif place != "on_site" and piece.reception == "left_with_customer":
        raise UnfitPlace
    Repair.objects.filter(id=row.id).update(place=place, station=station[:50])
