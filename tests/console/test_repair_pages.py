"""Pages of repairs: the queue, one on a phone, every step and why it cannot be taken."""

from __future__ import annotations

import pytest
from django.db import connection

from steward.kernel import moment
from steward.modules.orders.models import Order
from steward.modules.returns.models import Case, Repair, RepairQuote, RepairWork
from steward.modules.returns.tests import case, mending
from tests import make
from tests.console.test_pages_run_no_queries import Watch
from tests.portal.signed import picture

pytestmark = pytest.mark.django_db


def test_a_repair_is_asked_for_in_two_clicks_with_its_warranty_shown() -> None:
    order = mending.sold()
    browser = make.browser("wang", locale="en")
    line = Order.objects.get().lines.get()

    with moment.frozen(case.LATER):
        form = browser.get(f"/returns/new?order={order.number}&kind=repair&reason=defective")
        assert "Within the warranty, until" in form.text
        assert 'value="repair" checked' in form.text
        browser.post(
            f"/returns/new?order={order.number}",
            {"reason": "defective", "kind": "repair", f"line_{line.id}": "1"},
        )

    assert Case.objects.get().kind == "repair"


def test_a_technician_does_it_all_on_one_page() -> None:
    row = mending.came(mending.asked(mending.sold()))
    browser = make.browser("zhao", locale="en")
    page = f"/returns/repairs/{row.number}"

    with moment.frozen(mending.CAME):
        assert row.number in browser.get("/returns/repairs?queue=diagnose").text
        assert f"{page}/diagnose" in browser.get(page).text
        found = {"fault": "power", "cause": "defect", "minutes": "20", "note": "电源坏了", "files": [picture()]}
        browser.post(f"{page}/diagnose", found)
        assert Repair.objects.get().state == "approved"
        browser.post(f"{page}/begin")
        browser.post(f"{page}/test", {"passed": "yes", "minutes": "30", "note": "换了电源"})
        assert Repair.objects.get().state == "ready"
        browser.post(f"{page}/send_back", {"carrier": "sf", "tracking_number": "SF1"})
        done = browser.get(page)

    assert Repair.objects.get().state == "returned"
    assert "SF1" in done.text
    assert len(RepairWork.objects.get(kind="diagnosis").attachments) == 1


def test_what_cannot_be_done_says_why() -> None:
    make.item("PSU-1", stock=0)
    row = mending.came(mending.asked(mending.sold(months=1), now=mending.AFTER), now=mending.AFTER)
    mending.diagnosed(row, now=mending.AFTER)

    with moment.frozen(mending.AFTER):
        page = make.browser("zhao", locale="en").get(f"/returns/repairs/{row.number}").text
        other = make.browser("lin", locale="en").get(f"/returns/repairs/{row.number}").text

    assert 'id="repair-why-authorise"' in page
    assert f"/returns/repairs/{row.number}/quote" in page
    assert f"/returns/repairs/{row.number}/quote" not in other


def test_a_quote_is_made_on_the_page_and_answered_for_a_customer_who_calls() -> None:
    row = mending.came(mending.asked(mending.sold(months=1), now=mending.AFTER), now=mending.AFTER)
    mending.diagnosed(row, now=mending.AFTER)
    page = f"/returns/repairs/{row.number}"

    with moment.frozen(mending.AFTER):
        make.browser("zhao").post(f"{page}/quote", {"minutes": "30", "extra": "运费", "amount": "12.50"})
        assert RepairQuote.objects.get().total_minor == 7_250
        make.browser("wang").post(f"{page}/answer", {"answer": "approve", "words": "电话同意"})
        shown = make.browser("zhao", locale="en").get(page).text

    assert RepairQuote.objects.get().state == "approved"
    assert "72.50" in shown


def test_the_page_of_a_case_leads_to_its_repairs_and_does_not_offer_to_inspect() -> None:
    receipt = mending.asked(mending.sold())
    row = mending.came(receipt)

    with moment.frozen(mending.CAME):
        page = make.browser("zhao", locale="en").get(f"/returns/{receipt.number}").text

    assert f"/returns/repairs/{row.number}" in page
    assert f"/returns/{receipt.number}/inspect" not in page


def test_who_may_not_see_cases_sees_no_repairs() -> None:
    row = mending.repair_of(mending.asked(mending.sold()))

    browser = make.browser("sam")
    assert browser.get("/returns/repairs").status_code == 403
    assert browser.get(f"/returns/repairs/{row.number}").status_code == 403


def test_pages_of_repairs_run_no_queries_while_they_are_drawn() -> None:
    receipt = mending.asked(mending.sold(2), 2)
    mending.came(receipt)
    browser = make.browser("zhao")
    watch = Watch()

    with moment.frozen(mending.CAME), connection.execute_wrapper(watch):
        assert browser.get("/returns/repairs").status_code == 200
        assert browser.get(f"/returns/repairs/{Repair.objects.all()[0].number}").status_code == 200
    assert watch.caught == []
