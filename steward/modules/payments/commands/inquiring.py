"""Ask the provider about payments that its statement names and the ledger does not hold, or holds otherwise.

What it confirms for an order it can name goes the way of every report that came before its order: it is applied to the
ledger as soon as that order is found. Whatever else it says stands beside the difference, for who works it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, parameters
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments import queries
from steward.modules.payments.commands.callbacks import CallbackBody, CallbackData, receive_callback
from steward.modules.payments.commands.working import open_gateway
from steward.modules.payments.events import ChargeAnswered
from steward.modules.payments.models import Difference
from steward.modules.payments.ports import Answer
from steward.modules.payments.rules import reconciling as rules

AGAIN_S = parameters.define(
    "payments.inquire_again_s",
    3_600,
    unit="s",
    label=_("Pause before a provider is asked again about a payment it could not tell of"),
    minimum=60,
)


class Inquiry(Struct, frozen=True):
    """What a worker is to ask a provider about."""

    difference_id: int
    provider: str
    transaction: str


@command(needs="payments.work")
def claim_inquiries(actor: Actor, *, now: datetime, limit: int = 20) -> list[Inquiry]:
    """Take open differences over payments that the provider can be asked about; nobody else asks at the same time.

    Locks: the differences, skipping those another worker takes.
    """
    since = now - timedelta(seconds=parameters.value(AGAIN_S))
    due = Q(asked_at=None) | Q(asked_at__lt=since, answer__in=("", *rules.ASKED_AGAIN))
    rows = (
        Difference.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(due, outcome="", direction="payment", kind__in=rules.INQUIRED)
        .exclude(statement__provider__connector="")
        .select_related("statement__provider")
        .order_by("id")[:limit]
    )
    found = [Inquiry(row.id, row.statement.provider.code, row.transaction) for row in rows]
    Difference.objects.filter(id__in=[one.difference_id for one in found]).update(asked_at=now)
    return found


def run_inquiry(inquiry: Inquiry) -> Answer:
    """Ask the provider, outside any transaction. What breaks is an unclear answer, never an error."""
    gateway = open_gateway(inquiry.provider)
    if gateway is None:
        return Answer(fate="unclear", code="provider_not_connected")
    return gateway.charge(inquiry.transaction)


@command(needs="payments.work")
def record_inquiry(actor: Actor, *, inquiry: Inquiry, answer: Answer, now: datetime) -> None:
    """Note what the provider said; a payment it confirms, and whose order it names, goes to that order.

    Raises: NotFound. Emits: ChargeAnswered. Locks: the difference.
    """
    rows = Difference.objects.select_for_update(of=("self",)).select_related("statement__provider")
    row = rows.filter(id=inquiry.difference_id).first()
    if row is None:
        raise errors.NotFound(key=inquiry.difference_id)
    if row.outcome:  # somebody worked it meanwhile
        return
    row.answer, row.asked_at = answer.fate, now
    if answer.fate == "succeeded":
        row.answered_minor, row.answered_currency = answer.amount_minor, answer.currency[:3]
    row.save(update_fields=["answer", "asked_at", "answered_minor", "answered_currency"])
    answered = ChargeAnswered(
        difference_id=row.id,
        provider=inquiry.provider,
        transaction=inquiry.transaction,
        answer=answer.fate,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
    )
    log.record(actor, [answered])
    if row.kind == "missing_here" and _names_an_order(answer) and answer.transaction == inquiry.transaction:
        _report(actor, inquiry, answer, now)


def _names_an_order(answer: Answer) -> bool:
    named = bool(answer.order or (answer.shop and answer.external_number))
    return named and answer.fate == "succeeded" and answer.amount_minor > 0 and len(answer.currency) == 3


def _report(actor: Actor, inquiry: Inquiry, answer: Answer, now: datetime) -> None:
    """Keep what was confirmed as a report that waits for its order; the same answer again is the same report."""
    data = CallbackData(
        transaction=answer.transaction,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        paid_at=answer.happened_at or now,
        order=answer.order,
        shop=answer.shop,
        external_number=answer.external_number,
    )
    receive_callback(
        actor,
        provider=queries.get_provider(inquiry.provider),
        message_id=f"inquiry {inquiry.transaction}"[:120],
        body=CallbackBody("payment.succeeded", data),
        order=None,
        now=now,
    )
