"""Service stations as people see them: the directory, booking, moving, the counter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from steward.kernel import moment
from steward.modules.desk.tests import words
from steward.modules.orders.models import Order
from steward.modules.people.commands import appointments
from steward.modules.people.commands.appointments import AppointmentDraft
from steward.modules.people.commands.stations import StationDraft, save_station
from steward.modules.people.models import Appointment
from steward.modules.people.queries.stations import station
from tests import make

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def page(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def open_station(**facts: Any) -> None:
    whole: dict[str, Any] = {
        "name": "杭州西湖站",
        "district_code": "330106",
        "address": "文三路 90 号",
        "calendar_code": "always",
        "services": {"repair": 60, "return": 30},
        "slot_min": 60,
    }
    save_station(make.TESTER, code="hz", draft=StationDraft(**(whole | facts)))


def ordered() -> Order:
    make.item(stock=1)
    make.order("A-1")
    return Order.objects.get()


def next_hour() -> datetime:
    """Return a time that is offered and lies ahead."""
    return moment.now().replace(minute=0, second=0, microsecond=0) + HOUR


def booked(order: Order, at: datetime) -> Appointment:
    draft = AppointmentDraft(
        station_code="hz",
        service="repair",
        starts_at=at,
        customer_id=order.customer_id,
        subject_kind="order",
        subject_id=order.id,
    )
    return Appointment.objects.get(id=appointments.book_appointment(make.TESTER, draft=draft, now=at - HOUR))


def test_a_station_is_made_with_the_form_and_lies_in_the_middle_of_its_district() -> None:
    zhao = make.browser("zhao")
    form = {
        "name": "成都站", "code": "cd", "district": "510104", "address": "春熙路 1 号", "calendar": "cn-office",
        "slot": "30", "places": "2", "services": ["repair"], "minutes-repair": "60", "latitude": "", "longitude": "",
    }  # fmt: skip
    answer = zhao.post("/stations/new", form)
    assert said(answer) == "已保存。"
    assert "维修" in page(zhao, "/stations/cd")
    assert round(station("cd").latitude or 0) == 31
    wrong = zhao.post("/stations/new", form | {"code": "cd2", "places": "0", "district": "51"})
    assert wrong.status_code == 422


def test_the_directory_shows_the_nearest_to_an_order_first() -> None:
    open_station(latitude=30.27, longitude=120.15)
    shanghai = StationDraft(
        name="上海站", district_code="310104", address="x", calendar_code="always", services={"repair": 60},
        latitude=31.2, longitude=121.4,
    )  # fmt: skip
    save_station(make.TESTER, code="sh", draft=shanghai)
    shown = page(make.browser("zhao"), f"/stations/?near={ordered().number}")
    assert shown.index("杭州西湖站") < shown.index("上海站")


def test_a_visit_is_booked_by_an_orders_number_moved_and_called_off() -> None:
    open_station()
    order, wang = ordered(), make.browser("wang")
    at = next_hour() + timedelta(days=1)
    assert at.isoformat() in page(wang, f"/stations/hz/book?service=repair&day={(at + 8 * HOUR).date().isoformat()}")
    answer = wang.post("/stations/hz/book", {"service": "repair", "at": at.isoformat(), "about": order.number})
    visit = Appointment.objects.get()
    assert (visit.customer_id, visit.subject_id) == (order.customer_id, order.id)
    assert order.number in page(wang, answer["Location"])
    wang.post(f"/stations/appointments/{visit.id}/move", {"at": (at + HOUR).isoformat()})
    wang.post(f"/stations/appointments/{visit.id}/cancel", {"reason": "改天"})
    visit.refresh_from_db()
    assert (visit.starts_at, visit.state) == (at + HOUR, "cancelled")


def test_who_answers_to_nothing_known_is_not_booked() -> None:
    open_station()
    at = next_hour()
    make.browser("wang").post("/stations/hz/book", {"service": "repair", "at": at.isoformat(), "about": "nobody"})
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("typed", ["code", "phone", "order"])
def test_who_stands_at_the_counter_is_checked_in_by_code_phone_or_order(typed: str) -> None:
    open_station()
    order, wang = ordered(), make.browser("wang")
    now = moment.now()
    visit = booked(order, now.replace(minute=0, second=0, microsecond=0))
    assert "梅*" in page(wang, "/stations/hz/today")
    text = {"code": f"{visit.code[:4]}-{visit.code[4:]}".lower(), "phone": "13812345521", "order": order.number}[typed]
    answer = wang.post("/stations/hz/today", {"q": text})
    assert said(answer) == "梅* 已到店：维修。"
    visit.refresh_from_db()
    assert visit.state == "arrived"
    wang.post(f"/stations/appointments/{visit.id}/finish", {"outcome": "换了拉链"})
    assert "换了拉链" in page(wang, "/stations/hz/today")


def test_the_case_of_a_ticket_is_seen_at_the_counter() -> None:
    open_station()
    heard = words.said(words.word("帐篷拉链坏了，想到店修", customer_id=words.customer()))
    number, wang = words.ticket_of(heard[0]).number, make.browser("wang")
    wang.post("/stations/hz/book", {"service": "repair", "at": next_hour().isoformat(), "about": number})
    visit = Appointment.objects.get()
    assert (visit.subject_kind, visit.subject_id) == ("ticket", heard[0].ticket_id)
    assert f"/tickets/{number}" in page(wang, f"/stations/appointments/{visit.id}")


def test_the_counter_says_when_nobody_like_that_is_expected() -> None:
    open_station()
    answer = make.browser("wang").post("/stations/hz/today", {"q": "13800000000"})
    assert "st-nobody" in answer.content.decode()


def test_the_day_shows_who_has_which_place_and_the_page_of_the_customer_the_visit() -> None:
    open_station(places=2)
    order = ordered()
    visit = booked(order, next_hour())
    zhao = make.browser("zhao")
    shown = page(zhao, f"/stations/hz?day={(visit.starts_at + 8 * HOUR).date().isoformat()}")
    assert f"/stations/appointments/{visit.id}" in shown
    assert f"/stations/appointments/{visit.id}" in page(zhao, f"/customers/{order.customer_id}")
