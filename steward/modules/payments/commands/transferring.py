"""Let money of one order count for another: they were parted, or became one. Nothing leaves the house by it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.payments.commands.locking import lock_money, refresh_balances
from steward.modules.payments.events import MoneyMoved
from steward.modules.payments.models import Entry, PaymentBalance
from steward.modules.payments.queries.refunds import payables
from steward.modules.payments.rules import OrderFacts
from steward.modules.payments.rules import refunds as rules


class NotThere(errors.Refusal):
    """Refuse to move money an order does not have, or not any more."""

    code = "money_not_there"
    status = 409
    message = _("Of the payments only %(left)s %(currency)s are left to count elsewhere, not %(wanted)s.")


def transfer_money(
    actor: Actor,
    *,
    source: OrderFacts,
    target: OrderFacts,
    amount_minor: int,
    label: str,
    now: datetime,
    is_credit: bool = False,
) -> int:
    """Let so much of an order's payments count for another order, as a step of the caller's command.

    The permission was checked there. What is promised back or given back stays where it is. Each payment that moves
    keeps its provider and method, and what goes back of it later goes back by the payment the provider knows. `label`
    names the change, once; the same label again is refused by the ledger. As a credit it counts as given back where it
    comes from: the goods it paid for came back (RET-5). Returns the amount.
    Units: minor units of the source's currency. Raises: NotThere. Emits: MoneyMoved. Locks: the money of both.
    """
    lock_money([source.order_id, target.order_id])
    shares = rules.allocate(payables(source.order_id, source.currency), amount_minor)
    left_minor = sum(share.amount_minor for share in shares)
    if left_minor != amount_minor or source.currency != target.currency:
        raise NotThere(left=left_minor, wanted=amount_minor, currency=source.currency)
    if not amount_minor:
        return 0
    payments = Entry.objects.select_related("origin").in_bulk([share.entry_id for share in shares])
    entries = []
    for share in shares:
        entries += _pair(payments[share.entry_id], target.order_id, share.amount_minor, label, is_credit=is_credit)
        shrunk = PaymentBalance.objects.filter(payment_id=share.entry_id)
        shrunk.update(paid_minor=F("paid_minor") - share.amount_minor)
    Entry.objects.bulk_create(entries)
    refresh_balances([source.order_id, target.order_id])
    told = [
        MoneyMoved(
            order_id=one.order_id,
            other_order_id=other.order_id,
            other_number=other.number,
            amount_minor=amount_minor * sign,
            currency=source.currency,
            simulated=one.simulated,
        )
        for one, other, sign in ((source, target, -1), (target, source, 1))
    ]
    log.record(actor, told)
    return amount_minor


def _pair(payment: Entry, order_id: int, amount_minor: int, label: str, *, is_credit: bool) -> list[Entry]:
    """Make the two entries of one payment's part that moves."""
    same = {
        "provider": payment.provider,
        "transaction": f"{label}:{payment.id}",
        "method": payment.method,
        "amount_minor": amount_minor,
        "currency": payment.currency,
        "happened_at": payment.happened_at,
        "simulated": payment.simulated,
        "is_credit": is_credit,
    }
    gives = Entry(order_id=payment.order_id, direction="refund", origin=payment, **same)
    gets = Entry(order_id=order_id, direction="payment", origin=payment.origin or payment, **same)
    return [gives, gets]


def transfer_all_left(actor: Actor, *, source: OrderFacts, target: OrderFacts, now: datetime) -> int:
    """Let all that is left of an order's payments count for another, as a step of the caller's command.

    Again is harmless. Returns the amount. Units: minor units of the source's currency. Emits: MoneyMoved.
    Locks: the money of both.
    """
    lock_money([source.order_id, target.order_id])
    left_minor = sum(one.left_minor for one in payables(source.order_id, source.currency))
    label = f"LATE-{source.order_id}"
    return transfer_money(actor, source=source, target=target, amount_minor=left_minor, label=label, now=now)
