"""Let a gift card pay for an order, and let money of such a payment go back onto the same card, at once.

Both movements stand in two books, the card's and the order's, and are written in one transaction. Source: RET-4, RET-7.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, money
from steward.kernel.actor import Actor, system
from steward.modules.payments.commands.booking import book_paid
from steward.modules.payments.commands.recording import post_entries
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.models import Refund
from steward.modules.payments.queries.cards import card_balance, is_our_card
from steward.modules.payments.rules import OrderFacts, PaymentEntryDraft
from steward.modules.payments.rules.wallets import CARDS, LONGEST_CARD

SYSTEM = system("payments")


class CardTooShort(errors.Refusal):
    """Refuse to pay with a card that does not hold as much."""

    code = "card_too_short"
    status = 409
    message = _("The gift card holds %(left)s %(currency)s, and %(wanted)s are to be paid. Choose another way to pay.")


def check_card(code: str, amount_minor: int, currency: str, *, now: datetime) -> None:
    """Refuse a card that cannot pay so much. Units: minor currency units. Raises: CardTooShort."""
    left_minor = card_balance(code, currency, now=now)
    if left_minor < amount_minor or len(code) > LONGEST_CARD:
        left, wanted = money.to_decimal(left_minor, currency), money.to_decimal(amount_minor, currency)
        raise CardTooShort(left=left, wanted=wanted, currency=currency)


def redeem_card(actor: Actor, *, order: OrderFacts, code: str, amount_minor: int, key: str, now: datetime) -> int:
    """Let a card pay so much of an order, once per key, as a step of the caller's command.

    Returns the entry of the ledger. Units: minor units of the order's currency. Raises: CardTooShort.
    Emits: WalletMoved, PaymentRecorded. Locks: the card's account. The order's money is locked by the caller.
    """
    code = code.strip()
    check_card(code, amount_minor, order.currency, now=now)
    reference = f"card:{order.number}:{key}"
    taken = Posting(
        reference=reference,
        kind="card",
        amount=-amount_minor,
        currency=order.currency,
        code=code,
        shop=order.shop,
        cause="redemption",
        number=order.number,
        kept_here=True,
        simulated=order.simulated,
    )
    if post_wallets(SYSTEM, postings=[taken], now=now)[0].outcome == "short":  # somebody else spent it meanwhile
        check_card(code, amount_minor, order.currency, now=now)
        raise CardTooShort(left=0, wanted=money.to_decimal(amount_minor, order.currency), currency=order.currency)
    entry = PaymentEntryDraft(
        order_id=order.order_id,
        amount_minor=amount_minor,
        currency=order.currency,
        provider=CARDS,
        transaction=reference,
        happened_at=now,
        method=code,
        simulated=order.simulated,
    )
    return post_entries(actor, entries=[entry], now=now)[0].entry_id


def put_back(actor: Actor, refund: Refund, now: datetime) -> bool:
    """Put the money of a refund back onto the card that paid, and book it: nobody outside has to be asked.

    Returns whether it could: a card that is not in our books is paid back by hand. The money lock is held.
    Emits: WalletMoved, PaymentRecorded, RefundPaid. Locks: the card's account.
    """
    payment = refund.payment.origin or refund.payment
    if not is_our_card(payment.method, refund.currency):
        return False
    given = Posting(
        reference=f"refund:{refund.number}",
        kind="card",
        amount=refund.amount_minor,
        currency=refund.currency,
        code=payment.method,
        shop=refund.request.shop,
        cause="refund",
        number=refund.request.order_number,
        kept_here=True,
        simulated=refund.simulated,
    )
    post_wallets(actor, postings=[given], now=now)
    key = f"card:{refund.number}"
    book_paid(actor, refund, "succeed", transaction=key, amount_minor=refund.amount_minor, at=now, now=now)
    return True
