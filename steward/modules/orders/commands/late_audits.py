"""Account for audits that came after their due time: every breach asks why, and the answers are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.deadlines import queries as deadlines
from steward.modules.orders.events import AuditDelayed
from steward.modules.orders.models import LateAudit
from steward.modules.orders.rules.process import CHOSEN

CLOCK = "order_audit"


class WhyLate(errors.Refusal):
    """Refuse to audit an order after its due time without a word about why."""

    code = "why_late"
    status = 422
    message = _("The audit of %(count)s orders is late. Say why: choose one of the reasons.")


def late_since(order_ids: Iterable[int], now: datetime) -> dict[int, datetime]:
    """Tell which orders' audit is overdue, and since when."""
    clocks = deadlines.open_clocks("order", CLOCK, list(order_ids))
    return {id_: clock.due_at for id_, clock in clocks.items() if clock.due_at is not None and clock.due_at < now}


def note_late(
    actor: Actor,
    *,
    simulated: Mapping[int, bool],
    now: datetime,
    cause: str = "",
    note: str = "",
    automatic: bool = False,
) -> int:
    """Write down why the audit of locked orders was late, as a step of the caller's command. Returns how many were.

    Raises: WhyLate where somebody audits late without a reason. Emits: AuditDelayed.
    """
    late = late_since(simulated, now)
    if not late:
        return 0
    if automatic:
        cause = "by_itself"
    elif cause not in CHOSEN:
        raise WhyLate(count=len(late))
    LateAudit.objects.bulk_create(
        (_row(actor, order_id, due_at, now, cause, note, automatic) for order_id, due_at in sorted(late.items())),
        ignore_conflicts=True,
    )
    told = [
        AuditDelayed(order_id=id_, due_at=due_at, cause=cause, simulated=simulated[id_])
        for id_, due_at in sorted(late.items())
    ]
    events.record(actor, told)
    return len(late)


def _row(actor: Actor, order_id: int, due_at: datetime, now: datetime, cause: str, note: str, automatic: bool) -> Any:
    return LateAudit(
        order_id=order_id,
        due_at=due_at,
        audited_at=now,
        cause=cause,
        note=note.strip()[:200],
        actor=actor.id,
        automatic=automatic,
    )
