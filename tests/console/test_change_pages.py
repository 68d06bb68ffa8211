"""Pages of changes, terms and own steps, as those who work with them use them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from steward.modules.customers.queries.accounts import accounts_in_force
from steward.modules.orders.models import Line, Order, OrderChange, Step
from steward.modules.payments.commands.wallets import Posting, post_wallets
from steward.modules.payments.queries.cards import card_balance
from tests import make

pytestmark = pytest.mark.django_db
PRICE = 19_900


def order(number: str = "A-1", **changes: Any) -> Order:
    """Take in a paid order over three tents."""
    make.item(stock=9)
    facts: dict[str, Any] = {"payments": [make.payment(3 * PRICE, f"T-{number}")]} | changes
    receipt = make.order(number, quantity=3, **facts)
    make.settle()
    return Order.objects.get(id=receipt.order_id)


def test_a_split_is_chosen_previewed_and_carried_out() -> None:
    one, page = order(), make.browser("chen", locale="en")
    line = Line.objects.get(order=one)
    form = page.get(reverse("order_change", args=[one.number]), {"kind": "split"})
    assert form.status_code == 200
    posted = {"kind": "split", f"share-{line.id}": "1", "reason": "Two addresses"}
    answer = page.post(reverse("order_change_propose", args=[one.number]), posted)
    change = OrderChange.objects.get()
    assert answer.headers["Location"] == reverse("order_change_preview", args=[one.number, change.id])
    preview = page.get(answer.headers["Location"]).content.decode()
    assert "398.00" in preview
    assert not Order.objects.filter(split_from=one).exists()
    page.post(reverse("order_change_confirm", args=[one.number, change.id]))
    part = Order.objects.get(split_from=one)
    assert part.number in page.get(reverse("order", args=[one.number])).content.decode()


def test_a_gift_card_is_named_on_the_page_and_pays_instead() -> None:
    one, page = order(), make.browser("admin", locale="en")
    sold = Posting(reference="sold", kind="card", amount=3 * PRICE, currency="CNY", code="GC-1", kept_here=True)
    post_wallets(make.TESTER, postings=[sold], now=make.NOW)

    posted = {"kind": "means", "card": "GC-1", "reason": "Rather the card"}
    preview = page.post(reverse("order_change_propose", args=[one.number]), posted, follow=True)
    page.post(reverse("order_change_confirm", args=[one.number, OrderChange.objects.get().id]))

    assert "597.00" in preview.content.decode()
    assert card_balance("GC-1", "CNY", now=make.NOW) == 0
    assert (
        'name="card"'
        not in make.browser("chen").get(reverse("order_change", args=[one.number]), {"kind": "means"}).content.decode()
    )


def test_a_change_that_makes_no_sense_comes_back_with_the_form() -> None:
    one, page = order(), make.browser("chen", locale="en")
    line = Line.objects.get(order=one)
    posted = {"kind": "lines", f"line-{line.id}": "0", "reason": "x"}
    answer = page.post(reverse("order_change_propose", args=[one.number]), posted)
    assert answer.status_code == 422
    assert "cancel it instead" in answer.content.decode()
    assert not OrderChange.objects.exists()


@pytest.mark.parametrize("kind", ["lines", "address", "means", "service", "split", "merge", "cancel", "nonsense"])
def test_every_kind_of_change_has_its_form(kind: str) -> None:
    one, page = order(), make.browser("chen")
    assert page.get(reverse("order_change", args=[one.number]), {"kind": kind}).status_code == 200


def test_a_declined_change_leaves_the_order_as_it_is() -> None:
    one, page = order(), make.browser("chen", locale="en")
    page.post(
        reverse("order_change_propose", args=[one.number]), {"kind": "service", "service": "x", "reason": "Asked for"}
    )
    change = OrderChange.objects.get()
    page.post(reverse("order_change_decline", args=[one.number, change.id]))
    one.refresh_from_db()
    change.refresh_from_db()
    assert (change.state, one.service) == ("declined", "")


def test_who_may_not_change_orders_sees_no_form() -> None:
    one = order()
    assert make.browser("sam").get(reverse("order_change", args=[one.number])).status_code == 403


def test_finance_gives_terms_on_the_order_page() -> None:
    one, page = order(payments=[]), make.browser("admin", locale="en")
    page.post(
        reverse("order_terms", args=[one.number]), {"limit": "1,000.00", "days": "30", "reason": "Framework contract"}
    )
    make.settle()
    one.refresh_from_db()
    assert one.customer_id is not None
    assert accounts_in_force([one.customer_id])[one.customer_id, "CNY"].limit_minor == 100_000
    assert (one.state, one.payment_state) == ("approved", "unpaid")
    shown = page.get(reverse("order", args=[one.number])).content.decode()
    assert "1,000.00" in shown


def test_a_manager_adds_a_step_and_it_is_done_on_the_order_page() -> None:
    page = make.browser("admin", locale="en")
    posted = {"after": "paid", "role": "customer_service", "reason": "Dear goods"}
    for language in ("zh-hans", "zh-hant", "en"):
        posted |= {f"name-{language}": "Call the buyer", f"text-{language}": "Call and confirm."}
    assert page.post(reverse("process_new"), posted).status_code == 302
    step = Step.objects.get(manual=True)
    assert "Call the buyer" in page.get(reverse("process")).content.decode()
    assert page.get(reverse("process_step", args=[step.code])).status_code == 200
    one = order()
    assert "This step is done" in page.get(reverse("order", args=[one.number])).content.decode()
    page.post(reverse("order_step_done", args=[one.number]), {"code": step.code, "note": "Reached"})
    one.refresh_from_db()
    assert one.state == "approved"
