"""Say loudly, once, which refunds have been on their way for too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from steward.kernel import events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands import Notice, notify_staff
from steward.modules.payments.events import RefundStuck
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import refunds as rules
from steward.modules.people import queries as people

log = structlog.get_logger(__name__)

BOOKS = "payments.reconcile"  # who may compare statements keeps the books

STUCK_AFTER_S = parameters.define(
    "payments.refund_stuck_after_s",
    3_600,
    unit="s",
    label=_("How long a refund may be on its way before somebody is told"),
    minimum=60,
)


@command(needs="payments.work")
def alert_stuck(actor: Actor, *, now: datetime, limit: int = 100) -> int:
    """Announce refunds that should have been paid by now, each once, and tell who keeps the books.

    Whoever owns the exception that follows is told of it there. Returns how many. Emits: RefundStuck.
    Locks: the refunds, skipping those somebody works on.
    """
    since = now - timedelta(seconds=parameters.value(STUCK_AFTER_S))
    late = (
        Refund.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(state__in=rules.MACHINE, alerted_at=None)
        .annotate(began_at=Coalesce("request__settled_at", "request__requested_at"))
        .filter(began_at__lt=since)
        .order_by("id")[:limit]
    )
    stuck = [
        RefundStuck(
            order_id=refund.order_id,
            refund_id=refund.id,
            number=refund.number,
            state=refund.state,
            since=refund.began_at,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            simulated=refund.simulated,
        )
        for refund in late
    ]
    Refund.objects.filter(id__in=[one.refund_id for one in stuck]).update(alerted_at=now)
    for one in stuck:
        log.error("refund_stuck", number=one.number, state=one.state)
    events.record(actor, stuck)
    _tell(actor, stuck, now)
    return len(stuck)


def _tell(actor: Actor, stuck: Sequence[RefundStuck], now: datetime) -> None:
    if not stuck:
        return
    bookkeepers = people.staff_with_permission(BOOKS)
    notices = [
        Notice(
            staff_ids=bookkeepers,
            kind="money",
            template="refund_stuck",
            params={"subject": one.number, "since": one.since.isoformat()},
            subject_kind="refund",
            subject_id=one.refund_id,
            dedupe_key=f"refund_stuck:{one.refund_id}",
            urgent=True,
            simulated=one.simulated,
        )
        for one in stuck
    ]
    notify_staff(actor, notices=notices, now=now)
