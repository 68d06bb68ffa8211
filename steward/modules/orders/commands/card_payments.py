"""Let a gift card pay what is open of an order."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.commands.progress import follow_payments
from steward.modules.orders.models import Order
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import queries as payments
from steward.modules.payments.commands.cards import redeem_card

SYSTEM = system("orders")


class NothingOpen(errors.Refusal):
    """Refuse a payment nobody owes: the order is paid, or over."""

    code = "nothing_open"
    status = 409
    message = _("Nothing is open of this order, or it is over: there is nothing to pay.")


@command(needs="payments.cards")
def pay_by_card(actor: Actor, *, order_id: int, code: str, now: datetime) -> int:
    """Let a gift card pay all that is open of an order, or nothing where it does not hold as much.

    Returns what was paid. Units: minor units of the order's currency. Raises: NotFound, NothingOpen, CardTooShort.
    Emits: WalletMoved, PaymentRecorded, OrderPaymentChanged. Locks: the order, the money of its family, the card.
    """
    one = lock_order(order_id)
    lock_families([order_id])
    paid_minor, gone_minor = payments.paid_and_gone({order_id: one.currency})[order_id]
    # Goods that are still to come back pay for a replacement, too.
    credit_minor = Order.objects.values_list("credit_minor", flat=True).get(id=order_id)
    open_minor = one.total_minor - credit_minor - (paid_minor - gone_minor)
    if open_minor <= 0 or one.historic or one.state in ("cancelled", "completed"):
        raise NothingOpen
    # What was paid so far makes the key: pressed twice, the second finds nothing open.
    redeem_card(actor, order=facts_of([order_id])[0], code=code, amount_minor=open_minor, key=str(paid_minor), now=now)
    follow_payments(SYSTEM, order_ids=[order_id], now=now)
    return open_minor
