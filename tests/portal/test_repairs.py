"""Customers follow their repair by a signed link or signed in: answer a quote once, choose a time, never another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from steward.kernel import moment
from steward.modules.messaging.models import Message
from steward.modules.messaging.queries.links import portal_link
from steward.modules.messaging.rules.signed_links import PATH
from steward.modules.orders.models import Order
from steward.modules.people.models import Appointment
from steward.modules.people.queries.stations import free_slots, stations
from steward.modules.people.tests.test_stations import station
from steward.modules.returns.commands import repairing_quotes
from steward.modules.returns.models import Repair, RepairCharge, RepairQuote
from steward.modules.returns.tests import case, mending
from tests import make
from tests.portal.signed import SOMEBODY, browser_of

pytestmark = pytest.mark.django_db
LATE = mending.AFTER


def _quoted() -> tuple[str, RepairQuote]:
    """Quote a repair outside its warranty; return where its link leads."""
    row = mending.came(mending.asked(mending.sold(months=1), now=LATE), now=LATE)
    row = mending.diagnosed(row, now=LATE)
    quote = repairing_quotes.quote_repair(mending.technician(), repair_id=row.id, minutes=30, now=LATE)
    link = portal_link("repair", row.id, expires_at=LATE + timedelta(days=30), now=LATE)
    return link[link.index(PATH) :], RepairQuote.objects.get(id=quote)


def test_a_quote_is_read_and_agreed_to_behind_its_link_and_counts_once() -> None:
    address, quote = _quoted()
    client = Client(headers={"accept-language": "en"})
    with moment.frozen(LATE):
        page = client.get(address)
        assert "60.00" in page.text
        assert RepairQuote.objects.get().opened_at == LATE
        assert RepairQuote.objects.get().state == "open"

        answers = [client.post(address, {"wish": "approve", "quote": str(quote.id)}) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]
    assert (RepairQuote.objects.get().state, RepairCharge.objects.count()) == ("approved", 1)
    with moment.frozen(LATE):
        assert RepairCharge.objects.get().number in client.get(address).text


def test_an_answer_after_its_time_is_refused_kindly() -> None:
    address, quote = _quoted()

    with moment.frozen(LATE + timedelta(days=8)):
        answer = Client(headers={"accept-language": "zh-hans"}).post(
            address, {"wish": "approve", "quote": str(quote.id)}
        )

    assert answer.status_code == 409
    assert (RepairQuote.objects.get().state, RepairCharge.objects.count()) == ("open", 0)


def test_a_quote_of_another_repair_is_not_answered_by_this_link() -> None:
    address, quote = _quoted()

    with moment.frozen(LATE):
        answer = Client().post(address, {"wish": "approve", "quote": str(quote.id + 1)})

    assert answer.status_code == 409
    assert RepairQuote.objects.get().state == "open"


def test_the_message_with_the_quote_carries_the_link() -> None:
    _quoted()

    keys = Message.objects.filter(dedupe_key__contains=":quote:").values_list("dedupe_key", flat=True)
    assert len(keys) == 1


def test_signed_in_a_customer_sees_the_warranty_and_chooses_a_time_at_a_station() -> None:
    receipt = mending.asked(mending.sold())
    row = mending.repair_of(receipt)
    station()
    with moment.frozen(case.LATER):
        browser = browser_of(locale="en")
        own = browser.get(reverse("my_case", args=[receipt.number]))
        assert reverse("my_repair", args=[row.number]) in own.text
        assert "Within the warranty" in own.text
        slot = free_slots(stations(), service="repair", first=case.LATER.date(), days=3, now=case.LATER)[0]
        assert (
            slot.starts_at.strftime("%M") in browser.get(reverse("my_repair", args=[row.number]) + "?station=hz").text
        )

        booked = browser.post(
            reverse("my_repair", args=[row.number]),
            {"wish": "visit", "station": "hz", "starts_at": slot.starts_at.isoformat()},
        )

    assert booked.status_code == 302
    assert (Appointment.objects.get().subject_id, Repair.objects.get().place) == (row.id, "station")


def test_somebody_else_does_not_find_it() -> None:
    row = mending.repair_of(mending.asked(mending.sold()))
    make.order("B-1", **make.somebody(7))

    with moment.frozen(case.LATER):
        assert browser_of(SOMEBODY).get(reverse("my_repair", args=[row.number])).status_code == 404


def test_what_the_warranty_covers_is_said_before_a_repair_is_asked_for() -> None:
    order: Order = mending.sold()
    line = order.lines.get()

    with moment.frozen(case.LATER):
        page = browser_of(locale="en").get(
            reverse("my_request", args=[order.number]), {f"line-{line.id}": "1", "reason": "defective"}
        )

    assert "Within the warranty, until" in page.text
