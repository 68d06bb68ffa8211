"""The end of a refund: money gone back is booked once, money that stays is set free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, money
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.payments.commands.asking import drop_asking
from steward.modules.payments.commands.locking import move_claim, refresh_balances
from steward.modules.payments.commands.moving import move
from steward.modules.payments.commands.recording import post_entries
from steward.modules.payments.events import RefundDisputed, RefundFailed, RefundPaid, RefundWithdrawn
from steward.modules.payments.models import Refund
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.payments.rules import refunds as rules

BY_HAND = "manual"


class BadTransaction(errors.Refusal):
    """Refuse a transaction that cannot stand for this refund."""

    code = "bad_transaction"
    status = 409
    message = _("The transaction “%(transaction)s” cannot stand for this refund (%(why)s). Check it and try again.")


def book_paid(
    actor: Actor,
    refund: Refund,
    verb: str,
    *,
    transaction: str,
    amount_minor: int,
    at: datetime,
    now: datetime,
    note: str = "",
) -> None:
    """Book a refund as paid: one entry of the ledger, the claim becomes given back. The money lock is held.

    An entry that a provider reported before stands for it; one that stands for something else is refused.
    Units: minor currency units. Raises: BadTransaction, NotPossible. Emits: PaymentRecorded, RefundPaid.
    """
    draft = PaymentEntryDraft(
        order_id=refund.order_id,
        direction="refund",
        provider=refund.provider,
        transaction=transaction.strip(),
        amount_minor=amount_minor,
        currency=refund.currency,
        happened_at=at,
        simulated=refund.simulated,
    )
    result = post_entries(actor, entries=[draft], now=now)[0]
    taken = result.outcome == "duplicate" and Refund.objects.filter(entry_id=result.entry_id).exists()
    if result.outcome not in ("recorded", "duplicate") or taken:
        raise BadTransaction(transaction=transaction, why=result.code or "stands_for_another_refund")
    _close(actor, refund, verb, draft, result.entry_id, now, note)


def adopt(actor: Actor, *, drafts: Sequence[tuple[int, PaymentEntryDraft]], now: datetime) -> list[int]:
    """Let refunds that somebody made elsewhere stand for the ones that wait here to be made, so none is made twice.

    It takes one of the same order, provider (or `manual`), currency and amount that was never sent. `drafts` are new
    entries with their ids. The money lock is held. Returns the entries that stand for one. Emits: RefundPaid.
    """
    adopted = []
    for entry_id, draft in drafts:
        waiting = Refund.objects.filter(
            order_id=draft.order_id,
            state__in=rules.ADOPTING,
            tries=0,
            amount_minor=draft.amount_minor,
            currency=draft.currency,
        ).order_by("id")
        if draft.provider != BY_HAND:
            waiting = waiting.filter(provider=draft.provider)
        refund = waiting.select_for_update(of=("self",), no_key=True).select_related("request", "payment").first()
        if draft.direction == "refund" and refund is not None:
            _close(actor, refund, "settle", draft, entry_id, now, draft.transaction)
            drop_asking(actor, request_id=refund.request_id, reason="refunded_elsewhere", now=now)
            adopted.append(entry_id)
    return adopted


def _close(
    actor: Actor, refund: Refund, verb: str, draft: PaymentEntryDraft, entry_id: int, now: datetime, note: str
) -> None:
    """Let an entry stand for a refund: its claim becomes given back. Emits: RefundPaid."""
    paid_minor = min(draft.amount_minor, refund.amount_minor)
    move_claim(
        order_id=refund.order_id,
        payment_id=refund.payment_id,
        currency=refund.currency,
        claimed_minor=-refund.amount_minor,
        refunded_minor=paid_minor,
    )
    changes = {"entry_id": entry_id, "transaction": draft.transaction, "paid_minor": paid_minor, "failure": ""}
    move(actor, refund, verb, now, note=note or draft.transaction, **changes)
    refresh_balances([refund.order_id])
    paid = RefundPaid(
        order_id=refund.order_id,
        refund_id=refund.id,
        number=refund.number,
        entry_id=entry_id,
        amount_minor=draft.amount_minor,
        currency=refund.currency,
        simulated=refund.simulated,
    )
    log.record(actor, [paid])


def give_up(actor: Actor, refund: Refund, verb: str, now: datetime, *, note: str = "", failure: str = "") -> None:
    """End a refund that is not paid and set its money free. The money lock is held.

    Raises: NotPossible. Emits: RefundFailed where it failed.
    """
    move(actor, refund, verb, now, note=note or failure, failure=failure[:120])
    move_claim(
        order_id=refund.order_id,
        payment_id=refund.payment_id,
        currency=refund.currency,
        claimed_minor=-refund.amount_minor,
    )
    refresh_balances([refund.order_id])
    if refund.state == "failed":
        failed = RefundFailed(
            order_id=refund.order_id,
            refund_id=refund.id,
            number=refund.number,
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            reason=refund.failure,
            simulated=refund.simulated,
        )
        log.record(actor, [failed])


def call_off(actor: Actor, refund: Refund, verb: str, reason: str, now: datetime) -> None:
    """End a refund that was never sent and set its money free. The money lock is held. Emits: RefundWithdrawn."""
    give_up(actor, refund, verb, now, note=reason)
    withdrawn = RefundWithdrawn(
        order_id=refund.order_id,
        refund_id=refund.id,
        number=refund.number,
        reason=reason,
        simulated=refund.simulated,
    )
    log.record(actor, [withdrawn])


def dispute(
    actor: Actor, refund: Refund, *, stated_minor: int, stated_currency: str, transaction: str, why: str, now: datetime
) -> None:
    """Stop a refund whose provider reports something else than was asked for. The money lock is held.

    Units: minor currency units. Raises: NotPossible. Emits: RefundDisputed.
    """
    note = f"{why}: {_written(stated_minor, stated_currency)} {transaction}"
    move(actor, refund, "disagree", now, note=note, transaction=transaction[:120], failure=why)
    disputed = RefundDisputed(
        order_id=refund.order_id,
        refund_id=refund.id,
        number=refund.number,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        stated_minor=stated_minor,
        stated_currency=stated_currency,
        simulated=refund.simulated,
    )
    log.record(actor, [disputed])


def _written(amount_minor: int, currency: str) -> str:
    """Write an amount; in a currency nobody knows, as the provider gave it."""
    known = currency in money.CURRENCIES
    return f"{money.to_decimal(amount_minor, currency) if known else amount_minor} {currency}"
