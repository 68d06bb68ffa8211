"""Another size, dearer: chosen by the customer, set aside, paid in part by the goods, sent, and later paid back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from steward.interfaces.portal import throttle
from steward.kernel import moment
from steward.modules.inventory.models import Movement
from steward.modules.logistics.tests import ship
from steward.modules.messaging.models import Message
from steward.modules.orders.commands.fulfilment import follow_fulfilment
from steward.modules.orders.models import Order
from steward.modules.payments import queries as payments
from steward.modules.returns.models import Case, Exchange
from steward.modules.returns.tests import case, swaps
from tests import make
from tests.portal.signed import browser_of

pytestmark = pytest.mark.django_db
BACK = "SF7770000000001"


def test_goods_are_exchanged_for_dearer_ones_from_the_first_click_to_the_last_cent() -> None:
    throttle.tries.clear()
    order = case.delivered(1)
    swaps.shelf(price_minor=29_900)
    line = order.lines.get()
    asked = {f"line-{line.id}": "1", "reason": "no_reason", "kind": "exchange", f"instead-{line.id}": swaps.DEARER}
    with moment.frozen(case.LATER):
        mei = browser_of()
        mei.post(reverse("my_request", args=[order.number]), asked)
        row = Case.objects.get()
        made = Order.objects.get(replaces=order)
        assert (row.state, made.external_number, made.awaits_goods) == ("approved", row.number, True)
        mei.post(reverse("my_parcel", args=[row.number]), {"tracking_number": BACK, "carrier": "sf"})
        make.settle()
    swaps.paid(made, 10_000)
    ship.heard(ship.said("delivered", hours=90, number=BACK))
    make.settle()
    manager = make.browser("zhao")
    with moment.frozen(case.LATER + timedelta(days=2)):
        piece = row.pieces.get()
        manager.post(f"/returns/{row.number}/receive", {f"piece_{piece.id}": "receive"})
        manager.post(f"/returns/{row.number}/inspect", {"piece": str(piece.id), "grade": "A"})
        make.settle()
    made.refresh_from_db()
    assert (made.state, made.payment_state, made.paid_minor) == ("approved", "paid", 29_900)
    assert Movement.objects.filter(reference=row.number).get().condition == "sellable"
    assert Message.objects.filter(template="case_news").count() >= 3

    for state in ("shipped", "delivered"):
        follow_fulfilment(make.TESTER, states={made.id: state}, now=case.LATER + timedelta(days=4))
    make.settle()
    row.refresh_from_db()
    assert (Exchange.objects.get().state, row.state) == ("done", "completed")
    assert payments.left_to_refund(order.id, "CNY") == 0
    assert payments.left_to_refund(made.id, "CNY") == 29_900
