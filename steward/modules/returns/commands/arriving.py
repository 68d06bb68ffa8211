"""Run the limit of inspection and decision: from the arrival of each parcel, one after the other (RET-3)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.returns.commands.moving import INSPECTION, SUBJECT, stop_clock
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.rules import states

CAME = ("received", "short", "wrong_item")


def waiting_since(row: Case) -> datetime | None:
    """Tell since when the first of what came waits: a parcel until all it brought has disposition and verdict."""
    here = Q(reception__in=CAME) | Q(reception="in_transit", parcel__delivered_at__isnull=False)
    judged = Q(acceptance__in=states.JUDGED) & ~Q(reception="received", inspected_at=None, acceptance="accepted")
    came = Coalesce("parcel__delivered_at", "parcel__opened_at", "received_at")
    found: datetime | None = Piece.objects.filter(here, case=row).exclude(judged).aggregate(at=Min(came))["at"]
    return found


def keep_time(actor: Actor, row: Case, before: datetime | None, now: datetime) -> None:
    """Let the limit run for what waits longest; a step of commands that read `before` first, as waiting_since gave it.

    Where that was dealt with its limit ends, and the next parcel's runs from its own arrival. A start not later than
    one that was known changes nothing. Goods that are to be repaired stay their owner's: their time is that of the
    diagnosis (RET-6).
    """
    if row.kind == "repair":
        return
    since = waiting_since(row)
    if before is not None and (since is None or since > before):
        stop_clock(actor, [row], INSPECTION, now)
    if since is not None:
        start = ClockStart(SUBJECT, row.id, INSPECTION, since, {"kind": row.kind}, simulated=row.simulated)
        start_clocks(actor, starts=[start], now=now)
