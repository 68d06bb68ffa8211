"""What findings say of a person."""

from __future__ import annotations

import pytest
from django.db import connection

from steward.kernel.personal import Erased
from steward.modules.customers.commands import rights
from steward.modules.orders import queries
from steward.modules.orders.commands import mend, reveal
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.rules.drafts import BuyerDraft
from tests import make

pytestmark = pytest.mark.django_db

STREET = "浙江省杭州市西湖区浙江省杭州市西湖区文三路90号5幢201室"
MENDED = "文三路90号5幢201室"


def _doubtful_street() -> OrderFinding:
    make.item(stock=5)
    make.order(recipient=make.recipient(street=STREET))
    return OrderFinding.objects.get(code="parts_repeated")


def _everything_stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT json_agg(f)::text FROM orders_finding f) || (SELECT json_agg(e)::text FROM kernel_event e)"
        )
        return str(cursor.fetchone()[0])


def test_a_typed_street_rests_sealed_in_its_finding() -> None:
    finding = _doubtful_street()

    assert finding.sealed
    assert (finding.params, finding.suggestion) == ({}, None)
    assert "文三路" not in _everything_stored()


def test_the_order_page_shows_a_suggested_street_masked() -> None:
    finding = _doubtful_street()

    shown = queries.order_detail(finding.order_id).findings[0]

    assert shown.suggestion == {"recipient.street": "文三路90号****"}
    assert shown.can_be_taken
    assert shown.is_masked


def test_a_reveal_opens_what_a_finding_says_of_a_person() -> None:
    finding = _doubtful_street()

    clear = reveal.reveal_order(make.TESTER, order_id=finding.order_id, reason="to mend it")

    assert clear["findings"][str(finding.id)]["suggestion"] == {"recipient.street": MENDED}


def test_a_sealed_suggestion_is_taken_as_it_was_made() -> None:
    finding = _doubtful_street()

    mend.take_suggestion(make.TESTER, finding_id=finding.id, now=make.NOW)

    clear = reveal.reveal_order(make.TESTER, order_id=finding.order_id, reason="to look")
    assert clear["recipient"]["street"] == MENDED


def test_a_mend_that_is_doubtful_again_leaves_no_street_in_clear() -> None:
    make.item(stock=5)
    order = make.order()

    mend.mend_order(make.TESTER, order_id=order.order_id, changes={"recipient.street": STREET}, now=make.NOW)

    assert OrderFinding.objects.get(code="parts_repeated").sealed
    assert "文三路" not in _everything_stored()


def test_a_buyers_phone_that_cannot_be_read_is_kept_sealed_with_a_finding() -> None:
    make.item(stock=5)

    order = make.order(buyer=BuyerDraft(phone="call 5521 after six"), recipient=make.recipient(name="", phone=""))

    finding = OrderFinding.objects.get(code="buyer_phone_unreadable")
    clear = reveal.reveal_order(make.TESTER, order_id=order.order_id, reason="to call")
    assert clear["findings"][str(finding.id)]["params"] == {"typed": "call 5521 after six"}
    assert "after six" not in _everything_stored()
    assert "after six" not in queries.order_detail(order.order_id).findings[-1].text


def test_erasure_leaves_nothing_of_a_person_in_findings() -> None:
    finding = _doubtful_street()
    customer_id = Order.objects.get().customer_id or 0
    rights.erase_customer(make.TESTER, customer_id=customer_id, reason="asked", now=make.NOW)

    before_the_handlers = queries.order_detail(finding.order_id).findings[0]
    make.settle()

    assert (before_the_handlers.suggestion, before_the_handlers.is_masked) == (None, False)
    assert OrderFinding.objects.get(id=finding.id).sealed is None
    with pytest.raises(Erased):
        reveal.reveal_order(make.TESTER, order_id=finding.order_id, reason="to look")
