"""Move compensations: locked rows, one transition each, budgets settled with them, and told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.modules.returns.commands.budgets import settle_draws
from steward.modules.returns.events import CompensationAdvanced
from steward.modules.returns.models import Compensation
from steward.modules.returns.rules import compensation as rules

WRITTEN = (
    "state",
    "approval_request_id",
    "refund_request_id",
    "refund_numbers",
    "coupon_id",
    "handover_id",
    "given_minor",
    "settled_at",
    "why",
)


def locked(ids: Collection[int], *, states: Sequence[str] = rules.STATES) -> list[Compensation]:
    """Lock compensations in id order."""
    rows = Compensation.objects.select_for_update(of=("self",)).select_related("reason")
    return list(rows.filter(id__in=list(ids), state__in=states).order_by("id"))


def advance(actor: Actor, rows: Sequence[Compensation], verb: str, now: datetime) -> None:
    """Take locked rows through one transition; what comes to an end settles its budgets.

    A step of the caller's command, which has set what else changed. Emits: CompensationAdvanced.
    """
    for row in rows:
        row.state = rules.next_state(row.state, verb)
        if row.state not in rules.OPEN:
            row.settled_at = now
    Compensation.objects.bulk_update(rows, WRITTEN)
    ended = {row.id: row.given_minor for row in rows if row.state not in rules.OPEN}
    if ended:
        settle_draws(ended)
    events.record(actor, [_advanced(row) for row in rows])


def restate(actor: Actor, rows: Sequence[Compensation]) -> None:
    """Write what changed of locked rows whose state stays, and tell it. Emits: CompensationAdvanced."""
    Compensation.objects.bulk_update(rows, WRITTEN)
    events.record(actor, [_advanced(row) for row in rows])


def _advanced(row: Compensation) -> CompensationAdvanced:
    return CompensationAdvanced(
        compensation_id=row.id,
        number=row.number,
        complaint=row.complaint,
        after=row.state,
        kind=row.kind,
        amount_minor=row.amount_minor,
        given_minor=row.given_minor,
        currency=row.currency,
        why=row.why,
        simulated=row.simulated,
    )
