"""Somebody books a visit, is reminded the day before, and stands at the counter."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.kernel import moment
from steward.modules.messaging.models import Message
from steward.modules.orders.models import Order
from steward.modules.people.commands import appointments
from steward.modules.people.commands.appointments import AppointmentDraft
from steward.modules.people.commands.stations import StationDraft, save_station
from tests import make

pytestmark = pytest.mark.django_db


def test_who_is_expected_tomorrow_is_reminded_once() -> None:
    make.item(stock=1)
    make.order("A-1")
    customer_id = Order.objects.get().customer_id
    draft = StationDraft(
        name="杭州西湖站", district_code="330106", address="文三路 90 号", calendar_code="always",
        services={"repair": 60},
    )  # fmt: skip
    save_station(make.TESTER, code="hz", draft=draft)
    now = moment.now()
    at = (now + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    visit = AppointmentDraft(station_code="hz", service="repair", starts_at=at, customer_id=customer_id)
    appointments.book_appointment(make.TESTER, draft=visit, now=now)
    appointments.announce_coming(make.TESTER, now=at - timedelta(hours=23))
    make.settle()
    made = Message.objects.get(template="appointment_reminder")
    assert (made.customer_id, made.params["station"], made.params["service"]["en"]) == (
        customer_id,
        "杭州西湖站",
        "Repair",
    )
