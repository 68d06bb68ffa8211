"""Quotes of orders as they stand: what they cost, what was paid, what went back before."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from steward.modules.orders.models import Line, Order
from steward.modules.orders.rules.drafts import AdjustmentDraft, LineDraft
from steward.modules.payments import commands as payments
from steward.modules.payments.rules import PaymentEntryDraft
from steward.modules.returns.models import Case, QuotePart, Reason, RefundDue
from steward.modules.returns.queries import quote_words, quotes
from steward.modules.returns.queries.quotes import QuoteAsk, Taken, Terms
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900
PAID = 3 * PRICE - 3_000
COUPON = AdjustmentDraft(kind="coupon", code="满500减30", amount_minor=3_000, threshold_minor=50_000)


@pytest.fixture
def bought() -> Order:
    """Let Mei buy three tents with a coupon that two would not earn."""
    make.item(stock=9)
    lines = [LineDraft("TENT-2", 3, PRICE)]
    receipt = make.order(lines=lines, discount_minor=3_000, adjustments=[COUPON], payments=[make.payment(PAID)])
    return Order.objects.get(id=receipt.order_id)


def line(order: Order) -> int:
    """Return the id of an order's only line."""
    return Line.objects.get(order=order).id


def refunded(order: Order, taken: Taken, **facts: Any) -> RefundDue:
    """Write down a refund as a case does when it asks for one."""
    case = Case.objects.create(
        number=f"RMA-{Case.objects.count()}",
        order_id=order.id,
        order_number=order.number,
        shop="own",
        kind="return_refund",
        reason=Reason.objects.get(code="no_reason"),
        state_since=make.NOW,
        source="desk",
        currency="CNY",
        requested_at=make.NOW,
    )
    found = quotes.quote_of(order.id, [taken])
    refund = RefundDue.objects.create(case=case, key="settle", amount_minor=found.total_minor, **facts)
    for position, part in enumerate(found.parts, 1):
        QuotePart.objects.create(
            refund=refund,
            position=position,
            kind=part.kind,
            line_id=part.line_id,
            quantity=part.quantity,
            amount_minor=part.amount_minor,
            facts=part.facts,
        )
    return refund


def test_a_quote_knows_the_coupon_the_order_came_in_with(bought: Order) -> None:
    found = quotes.quote_of(bought.id, [Taken(line(bought), 1)])

    assert [(one.kind, one.amount_minor) for one in found.parts] == [
        ("goods", PRICE),
        ("coupon", -1_000),
        ("coupon_lost", -2_000),
    ]


def test_a_second_quote_counts_what_a_case_asked_for_and_payments_does_not_know_of(bought: Order) -> None:
    first = refunded(bought, Taken(line(bought), 1))

    rest = quotes.quote_of(bought.id, [Taken(line(bought), 2)])

    assert first.amount_minor + rest.total_minor == PAID


def test_a_refund_that_was_refused_leaves_its_pieces_to_be_returned(bought: Order) -> None:
    refunded(bought, Taken(line(bought), 2), state="refused")

    assert quotes.quote_of(bought.id, [Taken(line(bought), 3)]).total_minor == PAID


def test_money_that_went_back_for_another_reason_is_not_given_back_again(bought: Order) -> None:
    payments.record_payments(
        make.TESTER,
        entries=[
            PaymentEntryDraft(
                order_id=bought.id,
                amount_minor=10_000,
                currency="CNY",
                provider="alipay",
                transaction="R-1",
                happened_at=make.NOW,
                direction="refund",
            )
        ],
        now=make.NOW,
    )

    found = quotes.quote_of(bought.id, [Taken(line(bought), 3)])

    assert (found.total_minor, found.parts[-1].kind) == (PAID - 10_000, "beyond_paid")


def test_pieces_that_went_back_are_not_quoted_again(bought: Order) -> None:
    refunded(bought, Taken(line(bought), 2))

    with pytest.raises(quotes.MoreThanKept):
        quotes.quote_of(bought.id, [Taken(line(bought), 2)])


def test_many_quotes_cost_as_many_statements_as_one(bought: Order) -> None:
    make.item("TENT-3", stock=9)
    other = make.order("A-2", sku="TENT-3", payments=[make.payment(PRICE, "T-2")])
    asks = [QuoteAsk(bought.id, [Taken(line(bought), 1)]), QuoteAsk(other.order_id, [])]

    with CaptureQueriesContext(connection) as one:
        quotes.quotes_of(asks[:1])
    with CaptureQueriesContext(connection) as many:
        quotes.quotes_of(asks)

    assert len(many) == len(one) <= 6


@pytest.mark.parametrize(
    ("language", "words"), [("en", "the goods you keep come to ¥398.00"), ("zh-hans", "满500减30"), ("zh-hant", "¥")]
)
def test_every_part_is_told_in_the_readers_language(bought: Order, language: str, words: str) -> None:
    terms = Terms(restocking_permille=55, return_freight_minor=800, goodwill_minor=1, deductions=(("cleaning", 100),))
    found = quotes.quote_of(bought.id, [Taken(line(bought), 1, share_permille=800)], terms)

    with translation.override(language):
        view = quote_words.explained(found, bought.id)

    told = [part for one in view.lines for part in one.parts] + list(view.parts)
    assert len(told) == len(found.parts)
    assert all(part.text and "%(" not in part.text for part in told)
    assert any(words in part.text for part in told)
