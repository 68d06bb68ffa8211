"""Learn how much refunds were that somebody made at the provider itself, and book each once.

Some providers say only that a trade's refunds changed, and name the refund. The amount is asked after under that name;
the ledger then calls it what the provider's bill calls it, so that the bill finds it there.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from steward.kernel import errors, parameters
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.commands.applying import Applied, apply_charge
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.commands.working import FIRST_PAUSE_S, LONGEST_PAUSE_S, open_gateway
from steward.modules.payments.events import PaymentMismatched
from steward.modules.payments.models import Entry, ForeignRefund, Provider
from steward.modules.payments.ports import Answer, RefundOrder
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft
from steward.modules.payments.rules import refunds as rules

# With the longest pause of an hour some two days; then the bill of its day has long told of it.
MOST_TRIES = 60


class Foreign(Struct, frozen=True):
    """A refund to be asked after."""

    id: int
    provider: str
    order: RefundOrder


def note_foreign(draft: PaymentEntryDraft, order: OrderFacts, *, payment: str, key: str, now: datetime) -> Applied:
    """Keep that somebody made a refund at the provider, as a step of the caller's command; told again, it is kept once.

    The money lock is held.
    """
    _row, is_new = ForeignRefund.objects.get_or_create(
        provider_id=Provider.objects.values_list("id", flat=True).get(code=draft.provider),
        payment=payment,
        key=key,
        defaults={
            "order_id": order.order_id,
            "currency": order.currency,
            "simulated": order.simulated,
            "heard_at": now,
            "next_try_at": now,
        },
    )
    return Applied("applied", "asked_after") if is_new else Applied("duplicate", "asked_after")


@command(needs="payments.work")
def claim_foreign(actor: Actor, *, now: datetime, limit: int = 20) -> list[Foreign]:
    """Take refunds whose amount nobody knows yet and that are due; nobody else asks at the same time.

    Locks: their rows, skipping those another worker takes.
    """
    rows = list(
        ForeignRefund.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(outcome="", next_try_at__lte=now)
        .select_related("provider")
        .order_by("next_try_at", "id")[:limit]
    )
    for row in rows:
        row.tries += 1
        row.next_try_at = now + timedelta(seconds=_pause_s(row.tries))
    ForeignRefund.objects.bulk_update(rows, ["tries", "next_try_at"])
    return [
        Foreign(
            row.id,
            row.provider.code,
            RefundOrder(key=row.key, payment=row.payment, amount_minor=0, currency=row.currency),
        )
        for row in rows
    ]


def run_inquiry(one: Foreign) -> Answer:
    """Ask the provider, outside any transaction. What breaks is an unclear answer, never an error."""
    gateway = open_gateway(one.provider)
    return gateway.find_refund(one.order) if gateway else Answer(fate="unclear", code="provider_not_connected")


@command(needs="payments.work")
def record_foreign(actor: Actor, *, foreign_id: int, answer: Answer, now: datetime) -> str:
    """Book what was paid back at the provider, once; what it cannot tell yet is asked again. Returns the outcome.

    Raises: NotFound. Emits: PaymentRecorded; RefundPaid where it stands for a refund that waits here;
    PaymentMismatched where more went back than was paid, or its name stands for other money already.
    Locks: the order's money, then the row.
    """
    order_id = ForeignRefund.objects.filter(id=foreign_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.NotFound(key=foreign_id)
    lock_money([order_id])
    row = ForeignRefund.objects.select_for_update(of=("self",)).select_related("provider").get(id=foreign_id)
    if row.outcome:
        return row.outcome
    if answer.fate == "succeeded":
        draft = _draft(row, answer, now)
        done = apply_charge(actor, draft, _facts(row), now)
        row.outcome = done.reason or done.outcome
        if done.outcome == "refused":
            _tell(actor, row, draft)
    elif answer.fate == "refused" or row.tries >= MOST_TRIES:
        row.outcome = answer.fate
    if row.outcome:
        row.next_try_at = None
        row.save(update_fields=["outcome", "next_try_at"])
    return row.outcome


def _tell(actor: Actor, row: ForeignRefund, draft: PaymentEntryDraft) -> None:
    """Announce that the name of what went back stands for other money in the ledger. Emits: PaymentMismatched."""
    known = Entry.objects.filter(provider=draft.provider, transaction=draft.transaction, direction="refund").first()
    if known is not None:
        mismatched = PaymentMismatched(
            order_id=row.order_id,
            entry_id=known.id,
            reason=row.outcome,
            amount_minor=draft.amount_minor,
            currency=draft.currency,
            expected_minor=known.amount_minor,
            expected_currency=known.currency,
            simulated=row.simulated,
        )
        log.record(actor, [mismatched])


def _draft(row: ForeignRefund, answer: Answer, now: datetime) -> PaymentEntryDraft:
    return PaymentEntryDraft(
        order_id=row.order_id,
        direction="refund",
        provider=row.provider.code,
        transaction=answer.transaction,
        amount_minor=answer.amount_minor,
        currency=answer.currency,
        happened_at=answer.happened_at or now,
        simulated=row.simulated,
    )


def _facts(row: ForeignRefund) -> OrderFacts:
    return OrderFacts(order_id=row.order_id, number="", total_minor=0, currency=row.currency, simulated=row.simulated)


def _pause_s(tries: int) -> int:
    return rules.pause_s(tries, first_s=parameters.value(FIRST_PAUSE_S), cap_s=parameters.value(LONGEST_PAUSE_S))
