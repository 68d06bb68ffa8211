"""A day of an order's payment: forged, for another amount, out of order, again and again; each harmless and seen."""

from __future__ import annotations

import pytest

from steward.modules.messaging.models import Message
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.payments.models import Callback, Entry, RefundRequest
from tests import make
from tests.api.caller import Caller, order_body
from tests.api.test_payment_callbacks import body, call

pytestmark = pytest.mark.django_db


def test_a_payment_that_comes_wrong_in_every_way_ends_in_one_paid_order_and_one_finding() -> None:
    make.item(stock=1)
    secret = make.provider()
    whole = body(transaction="T-2", amount_minor=14_900)

    # The callback of the second payment comes before its order, and a forger tries his luck.
    early = call(secret, whole, message_id="msg_2")
    forged = call("whsec_" + "A" * 43 + "=", body(transaction="T-9"), message_id="msg_9")
    number = Caller("orders.enter", "orders.view").post("orders", order_body()).json()["number"]
    make.settle()

    # The first part comes late, for less than the order costs, and three times.
    for attempt in range(3):
        call(secret, body(transaction="T-1", amount_minor=5_000), message_id=f"msg_1{attempt}")
    call(secret, whole, message_id="msg_2")
    make.settle()

    assert (early.status_code, forged.status_code) == (202, 401)
    entries = Entry.objects.order_by("transaction").values_list("transaction", "amount_minor")
    assert list(entries) == [("T-1", 5_000), ("T-2", 14_900)]
    order = Order.objects.get(number=number)
    assert (order.payment_state, order.state) == ("paid", "audit")
    assert OrderFinding.objects.filter(code="payment_mismatch").count() == 1
    assert not RefundRequest.objects.exists()
    assert list(Message.objects.order_by("id").values_list("template", flat=True)) == ["order_received", "order_paid"]
    shown = make.browser("zhao").get(f"/orders/{number}").content.decode()
    assert "149.00" in shown
    assert set(Callback.objects.values_list("outcome", flat=True)) <= {"applied", "duplicate", "unmatched", "refused"}
