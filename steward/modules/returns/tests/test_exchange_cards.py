"""Exchanges a gift card pays for, exchanges only of what is there, and variants of one product."""

from __future__ import annotations

import pytest

from steward.kernel import parameters
from steward.modules.catalog.commands import set_families
from steward.modules.orders.models import Order
from steward.modules.payments.commands.cards import CardTooShort
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.queries.cards import card_balance
from steward.modules.returns.commands.drafts import CaseDraft, Instead
from steward.modules.returns.commands.exchange_cards import open_exchange_by_card
from steward.modules.returns.models import Case, Exchange
from steward.modules.returns.tests import case, swaps
from tests import make

pytestmark = pytest.mark.django_db
DEARER_MINOR = 10_000  # what TENT-4 costs more than the tent that was bought


def card(amount_minor: int) -> None:
    """Sell a gift card."""
    sold = Posting(reference="sold", kind="card", amount=amount_minor, currency="CNY", code="GC-1", kept_here=True)
    post_wallets(make.TESTER, postings=[sold], now=make.NOW)


def wish(sku: str = swaps.DEARER) -> CaseDraft:
    """Return the wish to have another tent in the place of one."""
    order = case.delivered()
    draft = case.wanted(order, kind="exchange")
    return case.wanted(order, kind="exchange", instead=(Instead(draft.wants[0].line_id, sku, 1),))


def left() -> int:
    """Return what the card holds."""
    return card_balance("GC-1", "CNY", now=make.NOW)


def test_a_card_pays_what_is_dearer_when_the_exchange_is_agreed() -> None:
    draft = wish()
    swaps.shelf()
    card(DEARER_MINOR + 1)

    receipt = open_exchange_by_card(make.administrator(), draft=draft, card="GC-1", now=case.LATER)

    exchange = Exchange.objects.get(case_id=receipt.id or 0)
    made = Order.objects.get(id=exchange.order_id or 0)
    assert (exchange.state, made.paid_minor, made.credit_minor, left()) == ("reserved", DEARER_MINOR, 19_900, 1)


def test_with_a_card_that_holds_less_nothing_is_opened() -> None:
    draft = wish()
    swaps.shelf()
    card(DEARER_MINOR - 1)

    with pytest.raises(CardTooShort):
        open_exchange_by_card(make.administrator(), draft=draft, card="GC-1", now=case.LATER)

    assert (Case.objects.count(), swaps.free(swaps.DEARER), left()) == (0, 5, DEARER_MINOR - 1)


def test_a_house_may_exchange_only_for_what_is_there() -> None:
    draft = wish()
    swaps.shelf(stock=0)
    reason = "no waiting"
    parameters.set_parameter(make.administrator(), name="returns.exchange_in_stock_only", new=True, reason=reason)

    receipt = open_exchange_by_card(make.administrator(), draft=draft, card="GC-1", now=case.LATER)

    assert receipt.refusal is not None
    assert (receipt.refusal.code, Case.objects.count()) == ("not_in_stock", 0)


def test_a_family_says_what_is_a_variant_whatever_the_category_says() -> None:
    draft = wish()
    swaps.shelf()
    set_families(make.TESTER, families={swaps.DEARER: "palace", "TENT-2": "tent"})

    receipt = open_exchange_by_card(make.administrator(), draft=draft, card="GC-1", now=case.LATER)

    assert receipt.refusal is not None
    assert receipt.refusal.code == "unfit_choice"
