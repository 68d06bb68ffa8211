"""Customers' own pages: everything of theirs, nothing of anybody else's, as fast with many rows as with one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from steward.interfaces.portal import throttle
from steward.interfaces.portal.my import urls
from steward.kernel import moment
from steward.modules.customers.models import Identity
from steward.modules.desk.models import Ticket
from steward.modules.logistics.tests import ship
from steward.modules.messaging.models import Attachment
from steward.modules.orders.models import Order
from steward.modules.people.commands.appointments import AppointmentDraft, book_appointment
from steward.modules.people.commands.stations import StationDraft, save_station
from steward.modules.people.models import Appointment
from steward.modules.people.queries.stations import free_slots, stations
from steward.modules.returns.commands import exchange_ending
from steward.modules.returns.models import Case, Evidence, Exchange, Parcel
from steward.modules.returns.queries.own import own_case
from steward.modules.returns.tests import swaps
from tests import make
from tests.portal.signed import SOMEBODY, browser_of, picture

pytestmark = pytest.mark.django_db
LATER = make.NOW + timedelta(hours=100)
OPEN = {"my_sign_in", "my_code"}


@pytest.fixture(autouse=True)
def _at_rest() -> Iterator[None]:
    throttle.tries.clear()
    with moment.frozen(LATER):
        yield


def delivered(number: str = "A-1", **facts: Any) -> Order:
    """Let an order of Mei's be sent and arrive."""
    shipment = ship.sent(number, **facts)
    ship.heard(ship.said("delivered", hours=20))
    make.settle()
    return Order.objects.get(id=shipment.order_id)


def asked(browser: Client, order: Order, **changes: Any) -> Any:
    """Send a request for a piece of an order's first line, with a picture unless something else is said."""
    line = order.lines.get(position=1)
    facts = {f"line-{line.id}": "1", "reason": "defective", "kind": "return_refund", "words": "灯不亮"}
    facts |= {"files": [picture()]} | changes
    return browser.post(reverse("my_request", args=[order.number]), facts)


def case_of(order: Order) -> Case:
    """Let Mei ask for an order to go back, with a picture; return the case."""
    assert asked(browser_of(), order).status_code == 302
    return Case.objects.get(order_id=order.id)


def station() -> str:
    """Open a station that repairs; return its code."""
    draft = StationDraft(
        name="杭州西湖服务站",
        district_code="330106",
        address="文三路 90 号",
        calendar_code="cn-office",
        services={"repair": 30},
        places=9,
    )
    save_station(make.TESTER, code="hz", draft=draft)
    return "hz"


def appointment(customer_id: int | None) -> Appointment:
    """Book a visit."""
    code = station()
    slots = free_slots(stations(codes=[code]), service="repair", first=LATER.date(), days=4, now=LATER)
    slot = slots[Appointment.objects.count()]
    draft = AppointmentDraft(station_code=code, service="repair", starts_at=slot.starts_at, customer_id=customer_id)
    return Appointment.objects.get(id=book_appointment(make.TESTER, draft=draft, now=LATER))


def every_page(order: Order, case: Case, visit_id: int, offer_id: int = 1) -> dict[str, list[Any]]:
    """Name what every address about something is asked with."""
    return {
        "my_order": [order.number],
        "my_request": [order.number],
        "my_offer": [offer_id],
        "my_case": [case.number],
        "my_parcel": [case.number],
        "my_guided": [case.number],
        "my_choice": [case.number],
        "my_withdraw": [case.number],
        "my_appointment_move": [visit_id],
        "my_repair": ["RP-2026-000001"],  # whose it is: test_repairs
        "my_appointment_cancel": [visit_id],
        "my_nothing": ["orders/1/2/3"],
    }


def test_nobody_sees_anything_of_somebody_else_under_any_address() -> None:
    order = delivered()
    case, visit = case_of(order), appointment(order.customer_id)
    make.order("A-7", **make.somebody(7))
    thief = browser_of(SOMEBODY)
    pages = every_page(order, case, visit.id)
    with_arguments = {one.name for one in urls.urlpatterns if "<" in str(one.pattern)}
    assert with_arguments == set(pages)

    before = (Case.objects.get().state, Appointment.objects.get().state)
    for name, args in pages.items():
        for method in (thief.get, thief.post):
            assert method(reverse(name, args=args)).status_code in (404, 405), name
    for name in ("my_orders", "my_cases", "my_appointments", "my_data", "my_export"):
        text = thief.get(reverse(name)).content.decode()
        assert not any(part in text for part in (order.number, case.number, "13812345521")), name
    assert (Case.objects.get().state, Appointment.objects.get().state) == before


def test_nothing_opens_without_signing_in() -> None:
    order = delivered()
    case, visit = case_of(order), appointment(order.customer_id)
    stranger = Client()
    for one in urls.urlpatterns:
        if one.name not in OPEN:
            args = every_page(order, case, visit.id).get(one.name or "", [])
            for method in (stranger.get, stranger.post):
                answer = method(reverse(str(one.name), args=args))
                assert answer.status_code == 405 or answer["Location"].startswith("/my/sign-in?next="), one.name


def test_a_page_asks_as_much_with_many_rows_as_with_one() -> None:
    order = delivered()
    case = case_of(order)
    appointment(order.customer_id)
    browser = browser_of()
    few = statements(browser, order, case)
    for number in range(2, 5):
        more = make.order(f"A-{number}", now=LATER)
        Order.objects.filter(id=more.order_id).update(fulfilment_state="delivered", state="completed")
        answer = asked(browser, Order.objects.get(id=more.order_id), reason="lost", kind="refund_only")
        assert answer.status_code == 302, answer.content.decode()[2000:6000]
        appointment(order.customer_id)

    many = statements(browser, order, case)

    assert many == few
    assert max(many.values()) <= 45, many


def statements(browser: Client, order: Order, case: Case) -> dict[str, int]:
    """Count the statements of every page somebody can open."""
    pages = {
        "my_order": [order.number],
        "my_request": [order.number],
        "my_case": [case.number],
        **{name: [] for name in ("my_orders", "my_cases", "my_appointments", "my_book", "my_help", "my_data")},
        **{name: [] for name in ("my_preferences", "my_export")},
    }
    found = {}
    throttle.tries.clear()
    for name, args in pages.items():
        browser.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(reverse(name, args=args)).status_code == 200, name
        # A number of the business is read again whenever five seconds have passed: that is no row's doing.
        found[name] = sum("kernel_parameter" not in one["sql"] for one in asked)
    return found


def test_orders_are_found_by_a_part_of_their_number_and_only_own_ones() -> None:
    make.item(stock=5)
    own, other = make.order("WEB-55"), make.order("WEB-56", **make.somebody(7))
    browser = browser_of()

    found = browser.get("/my/", {"q": own.number[-4:].lower()}).content.decode()
    theirs = browser.get("/my/", {"q": "WEB-5"}).content.decode()

    assert own.number in found
    assert (own.number in theirs, other.number in theirs) == (True, False)


def test_a_request_shows_money_freight_and_window_before_it_is_sent() -> None:
    order = delivered()
    line = order.lines.get(position=1)
    browser = browser_of(locale="en")

    page = browser.get(f"/my/orders/{order.number}/return", {f"line-{line.id}": "1", "reason": "defective"})

    text = page.content.decode()
    assert page.status_code == 200
    assert "You get ¥199.00 back." in text
    assert "We pay for sending it back." in text
    assert not Case.objects.exists()


def test_a_request_is_taken_with_its_picture_and_leads_to_what_happens_next() -> None:
    order = delivered()
    browser = browser_of(locale="en")

    answer = asked(browser, order)
    case = Case.objects.get()
    page = browser.get(answer["Location"]).content.decode()

    assert (case.source, case.words, case.customer_id) == ("portal", "灯不亮", order.customer_id)
    assert Attachment.objects.get(id=Evidence.objects.get(case=case).attachment_id).is_kept
    assert case.number in page
    assert "/files/" in page
    assert ("We are looking at your request." in page) is (case.state == "requested")


def test_what_was_uploaded_stays_when_something_else_is_missing() -> None:
    order = delivered()
    browser = browser_of()
    page = asked(browser, order, files=[picture()], kind="no such thing").content.decode()
    held = page.split('name="held" value="')[1].split('"')[0]

    assert asked(browser, order, held=held, files=[]).status_code == 302

    assert Evidence.objects.filter(case=Case.objects.get()).count() == 1


def test_files_of_somebody_else_s_request_cannot_be_claimed() -> None:
    order = delivered()
    page = asked(browser_of(), order, files=[picture()], kind="no such thing").content.decode()
    held = page.split('name="held" value="')[1].split('"')[0]

    asked(browser_of(), order, held=held, files=[])

    assert not Evidence.objects.exists()


def test_too_many_files_and_programs_are_refused_with_words() -> None:
    order = delivered()
    browser = browser_of(locale="en")

    many = asked(browser, order, files=[picture(f"{n}.png") for n in range(10)])
    program = asked(browser, order, files=[_program()])

    assert (many.status_code, program.status_code) == (422, 422)
    assert "9 files at most." in many.content.decode()
    assert "Programs are not kept." in program.content.decode()
    assert not Case.objects.exists()


def _program() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", b"MZ" + bytes(200), content_type="image/jpeg")


def test_the_same_pieces_are_asked_for_once() -> None:
    order = delivered()
    browser = browser_of()
    asked(browser, order)

    again = asked(browser, order)

    assert again.status_code == 422
    assert Case.objects.count() == 1


def test_a_request_can_be_taken_back() -> None:
    case = case_of(delivered())

    browser_of().post(reverse("my_withdraw", args=[case.number]))

    assert own_case(case.number).state == "withdrawn"


def test_a_parcel_is_announced_once_it_is_agreed() -> None:
    case = case_of(delivered())
    Case.objects.filter(id=case.id).update(state="approved", decided_at=LATER, return_by=LATER + timedelta(days=7))
    browser = browser_of(locale="en")
    assert "Which parcel is it in?" in browser.get(reverse("my_case", args=[case.number])).content.decode()

    answer = browser.post(reverse("my_parcel", args=[case.number]), {"tracking_number": "SF7770000000001"})

    assert answer.status_code == 302
    assert Parcel.objects.get(case=case).tracking_number == "SF7770000000001"
    assert "Your parcel is on its way to us." in browser.get(answer["Location"]).content.decode()


def test_a_visit_is_booked_and_called_off_by_who_it_is_for() -> None:
    make.item(stock=5)
    make.order("A-1")
    place = station()
    browser = browser_of(locale="en")
    page = browser.get("/my/visits/new", {"station": place, "service": "repair"}).content.decode()
    starts_at = page.split('name="starts_at" value="')[-1].split('"')[0]

    facts = {"station": place, "service": "repair", "starts_at": starts_at}
    assert browser.post("/my/visits/new", facts).status_code == 302
    row = Appointment.objects.get()
    assert (row.starts_at, row.customer_id) == (datetime.fromisoformat(starts_at), Order.objects.get().customer_id)
    browser.post(reverse("my_appointment_cancel", args=[row.id]))

    assert Appointment.objects.get().state == "cancelled"
    assert browser.post("/my/visits/new", facts | {"starts_at": "2026-03-02T10:00:00"}).status_code == 409


def test_the_data_are_taken_along_whole_and_only_own() -> None:
    own = delivered()
    case, other = case_of(own), make.order("A-7", **make.somebody(7))

    answer = browser_of().get("/my/me/export")

    said = json.loads(answer.content)
    assert [one["number"] for one in said["requests"]] == [case.number]
    assert [one["number"] for one in said["orders"]] == [own.number]
    assert said["orders"][0]["recipient"]["street"] == "文三路 90 号 5 幢 201 室"
    assert said["person"][0]["email"] == "mei@example.com"
    assert other.number not in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"


def test_asking_to_be_erased_opens_one_ticket_and_erases_nothing() -> None:
    make.item(stock=5)
    make.order("A-1")
    browser = browser_of()

    browser.post("/my/me/erase", {"words": "再见"})
    assert not Ticket.objects.exists()
    first = browser.post("/my/me/erase", {"sure": "1", "words": "再见"})
    second = browser.post("/my/me/erase", {"sure": "1"})

    assert (first.status_code, second.status_code) == (302, 409)
    customer_id = Order.objects.get().customer_id or 0
    assert Ticket.objects.get().customer_id == customer_id
    assert Identity.objects.filter(customer_id=customer_id).exists()


def test_preferences_are_kept_for_the_person() -> None:
    make.item(stock=5)
    make.order("A-1")
    browser = browser_of()

    answer = browser.post("/my/me/preferences", {"locale": "en", "wanted": []})

    assert answer.status_code == 200
    assert json.loads(browser.get("/my/me/export").content)["preferences"]["locale"] == "en"


def test_goods_are_exchanged_for_others_and_the_money_is_seen_before_anything_is_sent() -> None:
    order = delivered()
    swaps.shelf(price_minor=29_900)
    browser, line = browser_of(), order.lines.get()
    facts = {f"line-{line.id}": "1", "reason": "no_reason"}

    offer = browser.get(reverse("my_request", args=[order.number]), facts).text
    sent = asked(browser, order, reason="no_reason", kind="exchange", **{f"instead-{line.id}": swaps.DEARER})

    assert f'value="{swaps.DEARER}"' in offer
    assert "100.00" in offer
    row = Case.objects.get()
    made = Order.objects.get(replaces=order)
    page = browser.get(sent["Location"]).text
    assert (row.state, made.total_minor) == ("approved", 29_900)
    assert reverse("my_order", args=[made.number]) in page
    assert "100.00" in page
    assert browser.get(reverse("my_order", args=[made.number])).status_code == 200


def test_who_did_not_pay_the_difference_chooses_again() -> None:
    order = delivered()
    swaps.shelf(price_minor=29_900)
    browser, line = browser_of(), order.lines.get()
    asked(browser, order, reason="no_reason", kind="exchange", **{f"instead-{line.id}": swaps.DEARER})
    row = Case.objects.get()
    exchange_ending.lapse_unpaid(make.TESTER, case_ids=[row.id], now=LATER + timedelta(days=3))
    assert reverse("my_choice", args=[row.number]) in browser.get(reverse("my_case", args=[row.number])).text

    assert browser.post(reverse("my_choice", args=[row.number]), {f"instead-{line.id}": ""}).status_code == 302

    exchange = Exchange.objects.get()
    assert (exchange.state, exchange.total_minor, exchange.round) == ("reserved", 19_900, 2)
