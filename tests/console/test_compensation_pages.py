"""Compensation in the console: two clicks from an order, a second person, budgets, reasons, the customer's wallet."""

from __future__ import annotations

import pytest

from steward.kernel import moment
from steward.modules.payments.models import Handover
from steward.modules.payments.tests import purse
from steward.modules.returns.models import Budget, Compensation, CompensationLimit, CompensationReason, Piece
from steward.modules.returns.tests import case, goodwill
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_ten() -> object:
    with moment.frozen(make.NOW):
        yield


def test_an_agent_gives_a_coupon_from_an_order_in_two_clicks_and_sending_it_twice_gives_one() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    client = make.browser("wang", locale="en")
    assert f"/compensation/new?order={order.number}" in client.get(f"/orders/{order.number}").content.decode()
    page = client.get(f"/compensation/new?order={order.number}&reason=slow_answer")
    key = page.context["key"]
    assert str(page.context["usual"]) == "5.00"

    form = {"order": order.number, "reason": "slow_answer", "kind": "coupon", "amount": "5.00", "key": key}
    answers = [client.post("/compensation/new", form) for _time in range(2)]

    row = Compensation.objects.get()
    assert [one["Location"] for one in answers] == [f"/compensation/{row.number}"] * 2
    assert (row.state, row.amount_minor) == ("given", 500)
    words = client.get(f"/compensation/{row.number}").content.decode()
    assert "Slow answer" in words
    assert row.number in client.get("/compensation/?queue=given").content.decode()
    assert row.number in client.get(f"/orders/{order.number}").content.decode()


def test_what_waits_for_a_second_person_is_decided_on_their_page_and_handed_over_by_another() -> None:
    make.staff("wang", locale="en")
    order = goodwill.ordered()
    goodwill.proposed(order_number=order.number, minor=100)
    row = Compensation.objects.get()
    own = make.browser("wang", locale="en").get(f"/compensation/{row.number}").content.decode()
    assert "somebody else hands it over" in own

    make.browser("zhao").post(f"/compensation/{row.number}/hand_over", {"words": "券码已发"})

    row.refresh_from_db()
    assert (row.state, Handover.objects.get().state) == ("given", "handed_over")


def test_what_waits_is_reached_from_the_approvals_and_says_why_to_look_twice() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    for _time in range(3):
        goodwill.proposed(order_number=order.number, minor=100)
    row = Compensation.objects.latest("id")
    manager = make.browser("zhao", locale="en")

    assert f"/compensation/{row.number}" in manager.get("/approvals/").content.decode()
    assert "for the same reason" in manager.get(f"/compensation/{row.number}").content.decode()


def test_a_manager_sets_budgets_reasons_and_limits_and_an_agent_does_not() -> None:
    manager, agent = make.browser("zhao", locale="en"), make.browser("wang", locale="en")
    budget = {"period": "month", "day": "2026-03-02", "currency": "CNY", "amount": "500.00"}
    assert agent.post("/compensation/budgets", budget).status_code == 403

    manager.post("/compensation/budgets", budget)
    manager.post(
        "/compensation/reasons",
        {"code": "birthday", "label_en": "Birthday", "parent": "other", "kinds": ["coupon"], "currency": "CNY",
         "least": "1", "usual": "5", "most": "10", "active": "1"},
    )  # fmt: skip
    manager.post("/compensation/limits", {"role": "customer_service", "currency": "CNY", "amount": "30"})

    assert Budget.objects.get().amount_minor == 50_000
    assert CompensationReason.objects.get(code="birthday").amounts["CNY"]["most"] == 1_000
    assert CompensationLimit.objects.get().alone_minor == 3_000
    words = manager.get("/compensation/budgets").content.decode()
    assert "2026-03-01" in words
    assert "Birthday" in manager.get("/compensation/reasons?code=birthday").content.decode()


def test_what_a_shop_has_to_book_is_listed_and_noted() -> None:
    order = goodwill.ordered()
    goodwill.proposed(order_number=order.number, minor=100)
    handover = Handover.objects.get()
    manager = make.browser("zhao", locale="en")
    assert "For shops to book" in manager.get("/compensation/handovers").content.decode()

    manager.post("/compensation/handovers", {"handover": handover.id, "reference": "TM-1", "verb": "hand_over"})
    make.settle()

    assert Compensation.objects.get().state == "given"


def test_a_customers_page_shows_what_they_have_and_got() -> None:
    purse.kept_here()
    order = goodwill.ordered()
    goodwill.proposed(order_number=order.number, kind="points", points=300)
    receipt = goodwill.proposed(order_number=order.number, minor=200)

    words = make.browser("zhao", locale="en").get(f"/customers/{order.customer_id}").content.decode()

    assert "300 points" in words
    assert receipt.number in words


def test_an_outsider_sees_nothing_of_it() -> None:
    client = make.browser("sam")

    pages = ("", "new", "budgets", "reasons", "handovers")
    assert {client.get(f"/compensation/{page}").status_code for page in pages} == {403}


def test_advice_stands_on_the_page_of_every_case_of_the_customer_with_its_facts() -> None:
    order = case.delivered(3)
    receipts = [case.opened(order) for _time in range(2)]
    Piece.objects.update(reception="short")
    agent = make.browser("zhao", locale="en")

    pages = [agent.get(f"/returns/{one.number}").content.decode() for one in receipts]

    assert all("Pieces were missing or something else in 2 parcels" in words for words in pages)
