"""Post deliveries: claim one, post it outside any transaction, record what was answered."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from msgspec import Struct
from standardwebhooks import Webhook

from steward.kernel import events, logs, moment, parameters, ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.notifying import notify_staff
from steward.modules.messaging.commands.triage import DELIVER
from steward.modules.messaging.events import EndpointDisabled
from steward.modules.messaging.models import Delivery, Endpoint
from steward.modules.messaging.ports import Answer
from steward.modules.messaging.queries.endpoints import open_secret
from steward.modules.messaging.rules import webhooks
from steward.modules.messaging.rules.outgoing import Notice
from steward.modules.people import queries as people

ATTEMPTS = parameters.define(
    "messaging.webhook_attempts", 9, unit="", label=_("Attempts to deliver a webhook at most"), minimum=1, maximum=30
)
FIRST_S = parameters.define(
    "messaging.webhook_first_s", 5, unit="s", label=_("Pause after the first failed webhook"), minimum=1
)
CAP_S = parameters.define(
    "messaging.webhook_cap_s", 86_400, unit="s", label=_("Longest pause between attempts of a webhook"), minimum=1
)
STUCK_S = 300
AGENT = "Steward-Webhooks/1"


class Claimed(Struct, frozen=True, kw_only=True):
    """A delivery somebody has begun, with all that is needed to post it. `secrets` in clear: only ever in memory."""

    delivery_id: int
    key: str
    url: str
    body: str
    secrets: list[str]
    begun_at: datetime


def post_due(actor: Actor, *, limit: int = 50) -> int:
    """Post what is due, one after the other; return how many were posted."""
    poster = ports.bound("messaging.webhook")()
    for done in range(limit):
        claimed = claim_delivery(actor, now=moment.now())
        if claimed is None:
            return done
        answer = poster.post(claimed.url, headers=headers_of(claimed, moment.now()), body=claimed.body.encode())
        settle_delivery(actor, claimed=claimed, answer=answer, now=moment.now())
    return limit


def headers_of(claimed: Claimed, at: datetime) -> dict[str, str]:
    """Sign a delivery with every secret in force. Source: https://www.standardwebhooks.com."""
    signatures = [Webhook(secret).sign(claimed.key, at, claimed.body) for secret in claimed.secrets]
    return {
        "content-type": "application/json",
        "user-agent": AGENT,
        "webhook-id": claimed.key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


@command(needs=DELIVER)
def claim_delivery(actor: Actor, *, now: datetime) -> Claimed | None:
    """Take the next delivery that is due; two senders never take the same.

    The receiver knows the webhook-id, so what a dead sender left behind is simply sent again. Locks: one delivery.
    """
    Delivery.objects.filter(state="sending", begun_at__lt=now - timedelta(seconds=STUCK_S)).update(state="waiting")
    row = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("endpoint")
        .filter(state="waiting", due_at__lte=now, endpoint__active=True)
        .order_by("due_at", "id")
        .first()
    )
    if row is None:
        return None
    Delivery.objects.filter(id=row.id).update(state="sending", begun_at=now, attempts=F("attempts") + 1)
    endpoint = row.endpoint
    sealed = [endpoint.sealed_secret]
    if endpoint.sealed_old_secret is not None and endpoint.old_secret_until and now < endpoint.old_secret_until:
        sealed.append(endpoint.sealed_old_secret)
    return Claimed(
        delivery_id=row.id,
        key=f"evt_{row.key.hex}",
        url=endpoint.url,
        body=row.body,
        secrets=[open_secret(one) for one in sealed],
        begun_at=now,
    )


@command(needs=DELIVER)
def settle_delivery(actor: Actor, *, claimed: Claimed, answer: Answer, now: datetime) -> str:
    """Record what a receiver answered; return the delivery's state.

    After the last attempt, or when the receiver says it is gone, the endpoint is switched off and administrators are
    told. Emits: EndpointDisabled. Locks: the delivery, then its endpoint.
    """
    row = Delivery.objects.select_for_update(of=("self",)).filter(
        id=claimed.delivery_id, state="sending", begun_at=claimed.begun_at
    ).first()  # fmt: skip
    if row is None:
        return ""
    row.status, row.answer = answer.status or None, logs.redact_text(answer.text)[:300]
    row.duration_ms = answer.duration_ms
    if webhooks.is_accepted(answer.status):
        row.state, row.settled_at = "delivered", now
    elif row.attempts >= parameters.value(ATTEMPTS) or webhooks.is_gone(answer.status):
        row.state, row.settled_at = "failed", now
        _disable(actor, row, now)
    else:
        first_s, cap_s = parameters.value(FIRST_S), parameters.value(CAP_S)
        row.state = "waiting"
        row.due_at = now + webhooks.pause(row.attempts, first_s=first_s, cap_s=cap_s, chance=random.random())
    row.save(update_fields=["status", "answer", "duration_ms", "state", "settled_at", "due_at"])
    events.notify_live(["messaging.delivery_settled"])
    return row.state


def _disable(actor: Actor, row: Delivery, now: datetime) -> None:
    reason = f"{row.status or ''} {row.answer}".strip()[:200]
    endpoint = Endpoint.objects.select_for_update().get(id=row.endpoint_id)
    if not endpoint.active:
        return
    endpoint.active, endpoint.disabled_at, endpoint.disabled_reason = False, now, reason
    endpoint.save(update_fields=["active", "disabled_at", "disabled_reason"])
    events.record(actor, [EndpointDisabled(endpoint_id=endpoint.id, url=endpoint.url, reason=reason)])
    told = Notice(
        staff_ids=people.staff_with_permission("messaging.webhooks"),
        kind="system",
        template="webhook_disabled",
        params={"subject": endpoint.url, "failures": row.attempts},
        subject_kind="webhook",
        subject_id=endpoint.id,
        dedupe_key=f"webhook:{endpoint.id}:{int(now.timestamp())}",
        urgent=True,
    )
    notify_staff(actor, notices=[told], now=now)
