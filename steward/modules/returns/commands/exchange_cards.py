"""Agree to an exchange of which a gift card pays what is dearer. Source: RET-5, RET-7."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands import replacing
from steward.modules.orders.commands.card_payments import pay_by_card
from steward.modules.payments.commands.cards import check_card
from steward.modules.returns.commands.drafts import CaseDraft, CaseReceipt
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.models import Exchange

PAYS_AT_ONCE = parameters.define(
    "returns.exchange_card_pays_at_once",
    default=True,
    unit="",
    kind="boolean",
    label=_("A gift card pays what is dearer when an exchange is agreed (no: it only has to hold enough)"),
)


@command(needs="payments.cards")
def open_exchange_by_card(actor: Actor, *, draft: CaseDraft, card: str, now: datetime) -> CaseReceipt:
    """Open an exchange whose difference a gift card pays; where it does not hold enough nothing is opened.

    Where a person has to agree first, the card is only looked at when they did. Raises: CardTooShort.
    Emits: as open_cases and pay_by_card. Locks: as these.
    """
    receipt = open_cases(actor, drafts=[draft], now=now)[0]
    exchange = Exchange.objects.filter(case_id=receipt.id or 0, state="reserved").select_related("case").first()
    if receipt.refusal or exchange is None or exchange.order_id is None:
        return receipt
    open_minor = replacing.open_money(order_id=exchange.order_id)
    if open_minor <= 0:
        return receipt
    if parameters.value(PAYS_AT_ONCE):
        pay_by_card(actor, order_id=exchange.order_id, code=card, now=now)
    else:
        check_card(card, open_minor, exchange.case.currency, now=now)
    return receipt
