"""Say loudly, once, which refunds have been on their way for too long."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from steward.kernel import events, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.events import RefundStuck
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import refunds as rules

log = structlog.get_logger(__name__)

STUCK_AFTER_S = parameters.define(
    "payments.refund_stuck_after_s",
    3_600,
    unit="s",
    label=_("How long a refund may be on its way before somebody is told"),
    minimum=60,
)


@command(needs="payments.work")
def alert_stuck(actor: Actor, *, now: datetime, limit: int = 100) -> int:
    """Announce refunds that should have been paid by now, each once. Returns how many. Emits: RefundStuck."""
    since = now - timedelta(seconds=parameters.value(STUCK_AFTER_S))
    late = (
        Refund.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .filter(state__in=rules.MACHINE, alerted_at=None)
        .annotate(began_at=Coalesce("request__decided_at", "request__requested_at"))
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
            simulated=refund.simulated,
        )
        for refund in late
    ]
    Refund.objects.filter(id__in=[one.refund_id for one in stuck]).update(alerted_at=now)
    for one in stuck:
        log.error("refund_stuck", number=one.number, state=one.state)
    events.record(actor, stuck)
    return len(stuck)
