"""Pages of after-sales: who sees what, what can be done, and why not."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from steward.kernel import moment
from steward.modules.desk.models import Ticket
from steward.modules.desk.tests import words
from steward.modules.inventory.models import Movement
from steward.modules.orders.models import Order
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Case, RefundDue, Surplus
from steward.modules.returns.tests import case, swaps
from tests import make
from tests.console.test_pages_run_no_queries import Watch

pytestmark = pytest.mark.django_db


def test_a_case_is_listed_in_its_queue_opened_and_found() -> None:
    receipt = case.opened(case.delivered(3), 3)
    browser = make.browser("wang", locale="en")

    with moment.frozen(case.LATER):
        page = browser.get("/returns/?queue=decide")
        other = browser.get("/returns/?queue=inspect")
        found = browser.get(f"/returns/?q={receipt.number}")
        own = browser.get(f"/returns/{receipt.number}")

    assert receipt.number in page.text
    assert receipt.number in found.text
    assert f'href="/returns/{receipt.number}"' not in other.text
    assert "须由同事审核" in own.text
    assert f"/returns/{receipt.number}/refuse" in own.text


def test_each_step_says_what_it_would_do_before_it_is_confirmed() -> None:
    receipt = case.opened(case.delivered(3), 3)

    with moment.frozen(case.LATER):
        page = make.browser("zhao", locale="en").get(f"/returns/{receipt.number}")

    assert "597.00" in page.text
    assert "3 pieces come back to us first" in page.text


def test_who_may_only_look_sees_no_step() -> None:
    receipt = case.opened(case.delivered(3), 3)

    browser = make.browser("lin", locale="en")

    assert browser.get(f"/returns/{receipt.number}").status_code == 200
    assert f"/returns/{receipt.number}/approve" not in browser.get(f"/returns/{receipt.number}").text
    assert browser.post(f"/returns/{receipt.number}/approve").status_code in (302, 403)
    assert Case.objects.get().state == "requested"
    assert make.browser("sam").get("/returns/").status_code == 403


def test_an_order_says_why_no_case_can_be_opened() -> None:
    make.item(stock=5)
    number = make.order().number

    page = make.browser("wang", locale="en").get(f"/orders/{number}")

    assert "Nothing of this order was sent yet" in page.text


def test_a_case_is_opened_from_the_page_of_an_order_in_two_clicks() -> None:
    order = case.delivered(1)
    browser = make.browser("wang", locale="en")
    line = Order.objects.get().lines.get()

    with moment.frozen(case.LATER):
        assert f"/returns/new?order={order.number}" in browser.get(f"/orders/{order.number}").text
        form = browser.get(f"/returns/new?order={order.number}")
        assert f'name="line_{line.id}"' in form.text
        browser.post(
            f"/returns/new?order={order.number}",
            {"reason": "no_reason", "kind": "return_refund", f"line_{line.id}": "1"},
        )

    row = Case.objects.get()
    assert (row.state, row.source) == ("approved", "desk")
    with moment.frozen(case.LATER):
        assert row.number in browser.get(f"/orders/{order.number}").text
        assert "Other cases claim all" in browser.get(f"/returns/new?order={order.number}").text


def test_a_ticket_offers_a_case_of_its_order_or_says_why_not() -> None:
    order = case.delivered(1)
    heard = words.said(words.word("帐篷不想要了", customer_id=words.customer()))[0]
    ticket = Ticket.objects.get(id=heard.ticket_id or 0)
    Ticket.objects.filter(id=ticket.id).update(order_id=order.id)
    wang = make.browser("wang", locale="en")

    with moment.frozen(case.LATER):
        offered = wang.get(f"/desk/tickets/{ticket.number}").text
        assert f"/returns/new?order={order.number}&amp;ticket={ticket.id}" in offered
        wang.post(
            f"/returns/new?order={order.number}&ticket={ticket.id}",
            {
                "reason": "no_reason",
                "kind": "return_refund",
                f"line_{order.lines.get().id}": "1",
                "ticket": str(ticket.id),
            },
        )
        after = wang.get(f"/desk/tickets/{ticket.number}").text

    row = Case.objects.get()
    assert row.ticket_id == ticket.id
    assert row.number in after
    assert "Other cases claim all" in after


def test_pages_of_cases_run_no_query_while_their_templates_render() -> None:
    receipt = case.opened(case.delivered(3), 3)
    zhao = make.browser("zhao")
    with moment.frozen(case.LATER):
        for address in (
            "/returns/",
            f"/returns/{receipt.number}",
            "/returns/scan",
            f"/returns/{receipt.number}/inspect",
        ):
            zhao.get(address)
            watch = Watch()
            with connection.execute_wrapper(watch):
                assert zhao.get(address).status_code == 200
            assert watch.caught == []


def test_goods_are_exchanged_from_an_order_in_two_clicks_and_the_case_shows_for_what() -> None:
    order = case.delivered(1)
    swaps.shelf(price_minor=29_900)
    browser = make.browser("wang", locale="en")
    line = Order.objects.get().lines.get()

    with moment.frozen(case.LATER):
        form = browser.get(f"/returns/new?order={order.number}&kind=exchange")
        assert f'<option value="{swaps.DEARER}"' in form.text
        assert 'value="exchange" checked' in form.text
        chosen = {"reason": "no_reason", "kind": "exchange", f"line_{line.id}": "1", f"instead_{line.id}": swaps.DEARER}
        browser.post(f"/returns/new?order={order.number}", chosen)
        row = Case.objects.get()
        page = browser.get(f"/returns/{row.number}")
        _exchange, made = swaps.both(CaseReceipt(number=row.number, id=row.id))
        theirs = browser.get(f"/orders/{made.number}")

    assert row.state == "approved"
    assert f'href="/orders/{made.number}"' in page.text
    assert "100.00" in page.text
    assert f'href="/orders/{order.number}"' in theirs.text
    assert f'href="/returns/{row.number}"' in theirs.text
    assert made.number in make.browser("wang").get(f"/orders/{order.number}").text


def test_what_is_sold_out_says_so_and_money_goes_back_instead() -> None:
    order = case.delivered(3)
    receipt = swaps.opened(order, 3, approve=False)
    swaps.sold_out("TENT-2")
    browser = make.browser("zhao", locale="en")

    with moment.frozen(case.LATER):
        said = browser.post(f"/returns/{receipt.number}/approve", follow=True)
        browser.post(f"/returns/{receipt.number}/refund_instead")

    assert "TENT-2 × 3" in said.text
    row = Case.objects.get()
    assert (row.kind, row.state) == ("return_refund", "requested")


def test_a_form_that_is_sent_twice_notes_what_lay_beside_the_goods_once() -> None:
    receipt = case.opened(case.delivered(1))
    browser, address = make.browser("zhao", locale="en"), f"/returns/{receipt.number}"
    [piece] = case.pieces(receipt)

    with moment.frozen(case.LATER):
        found = re.search(r'name="surplus_key" value="(\w+)"', browser.get(address).text)
        assert found is not None
        beside = {"surplus_key": found[1], "surplus_note": "one too many", "surplus_sku": "TENT-2"}
        for _twice in range(2):
            browser.post(f"{address}/receive", {f"piece_{piece.id}": "receive", **beside})

    assert list(Surplus.objects.values_list("quantity", "booked")) == [(1, True)]
    assert Movement.objects.filter(kind="returned").count() == 1


def test_goods_that_turn_up_late_are_received_and_inspected_from_the_page_of_their_case() -> None:
    receipt = case.opened(case.delivered(1))
    browser, address = make.browser("zhao", locale="en"), f"/returns/{receipt.number}"
    [piece] = case.pieces(receipt)

    with moment.frozen(case.LATER):
        browser.post(f"{address}/receive", {f"piece_{piece.id}": "miss"})
        browser.post(f"{address}/judge", {f"piece_{piece.id}": "accept"})
        browser.post(f"{address}/settle")
        Case.objects.update(state="completed", closed_at=case.LATER)
        assert f"{address}/receive" in browser.get(address).text
        browser.post(f"{address}/receive", {f"piece_{piece.id}": "receive"})
        assert f"{address}/inspect" in browser.get(address).text
        browser.post(f"{address}/inspect", {"piece": str(piece.id), "grade": "A"})

    assert (Case.objects.get().state, case.pieces(receipt)[0].booked) == ("completed", "sellable")
    assert RefundDue.objects.count() == 1
