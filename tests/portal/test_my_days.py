"""What somebody does on their pages twice at once, too often or too late; what we ask them is waiting there."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from steward.interfaces.portal import throttle
from steward.kernel import moment, parameters
from steward.modules.customers.commands import uploads
from steward.modules.customers.models import UploadDay
from steward.modules.desk.commands import complaint_settings, erasure_wishes, follow_ups, moving
from steward.modules.desk.commands.opening import TicketDraft
from steward.modules.desk.models import FollowUp, Ticket
from steward.modules.desk.tests.words import mail, said
from steward.modules.orders.models import Order
from steward.modules.people.commands import own_visits
from steward.modules.people.commands.appointments import AppointmentDraft, BookedAlready
from steward.modules.people.models import Appointment
from steward.modules.people.queries.stations import OWN_UNTIL_H, FreeSlot, free_slots, stations
from tests import make
from tests.portal.signed import browser_of
from tests.portal.test_my_pages import station
from tests.races.crowd import behind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def buyer() -> int:
    make.item(stock=5)
    make.order("A-1")
    return Order.objects.get().customer_id or 0


def slots() -> list[FreeSlot]:
    now = moment.now()
    place = stations(codes=["hz" if Appointment.objects.exists() else station()])
    return list(free_slots(place, service="repair", first=now.date(), days=7, now=now))


def book(customer_id: int, slot: FreeSlot, *, most: int = 9) -> int:
    draft = AppointmentDraft(station_code="hz", service="repair", starts_at=slot.starts_at, customer_id=customer_id)
    return own_visits.book_own(make.TESTER, draft=draft, family=[customer_id], most=most, now=moment.now())


def refused(work: partial[int], *errors: type[Exception]) -> str:
    try:
        work()
    except errors as error:
        return type(error).__name__
    return "done"


def test_somebody_moves_their_visit_and_calls_it_off_until_it_is_nearly_time() -> None:
    customer_id = buyer()
    free = slots()
    visit, browser = book(customer_id, free[-1]), browser_of(locale="en")
    move = reverse("my_appointment_move", args=[visit])
    assert "It is booked for" in browser.get(move).content.decode()

    moved = browser.post(move, {"station": "hz", "starts_at": free[-4].starts_at.isoformat()})

    assert (moved.status_code, Appointment.objects.get().starts_at) == (302, free[-4].starts_at)
    hours = int((free[-4].starts_at - moment.now()).total_seconds() // 3600) + 1
    parameters.set_parameter(make.administrator(), name=OWN_UNTIL_H.name, new=hours, reason="a test")
    late = browser.post(move, {"station": "hz", "starts_at": free[-6].starts_at.isoformat()})
    off = browser.post(reverse("my_appointment_cancel", args=[visit]))
    assert (late.status_code, off.status_code, Appointment.objects.get().state) == (409, 409, "booked")
    assert "Please call the station" in browser.get(reverse("my_appointments")).content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_bookings_at_once_the_one_too_many_is_refused() -> None:
    customer_id = buyer()
    free = slots()
    first, second = partial(book, customer_id, free[0], most=1), partial(book, customer_id, free[1], most=1)

    assert behind(first, partial(refused, second, own_visits.TooManyVisits)) == "TooManyVisits"
    assert Appointment.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_same_visit_is_booked_once_whoever_books_it_at_once() -> None:
    customer_id = buyer()
    (slot, *_rest) = slots()

    assert (
        behind(partial(book, customer_id, slot), partial(refused, partial(book, customer_id, slot), BookedAlready))
        == "BookedAlready"
    )
    assert Appointment.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_wishes_to_be_erased_at_once_one_is_refused_and_opens_no_ticket() -> None:
    customer_id = buyer()
    draft = TicketDraft(channel="web_form", box="portal", subject="erase me", text="bye", customer_id=customer_id)
    wish = partial(erasure_wishes.wish_erasure, make.TESTER, draft=draft, family=[customer_id], now=moment.now())

    assert behind(wish, partial(refused, wish, erasure_wishes.AskedAlready)) == "AskedAlready"
    assert Ticket.objects.count() == 1
    moving.move_tickets(make.TESTER, ticket_ids=[Ticket.objects.get().id], verb="solve", now=moment.now())
    assert refused(wish, erasure_wishes.AskedAlready) == "done"


def test_what_somebody_sends_in_a_day_is_bounded_in_files_and_in_bytes() -> None:
    customer_id = buyer()
    for name, most in ((uploads.MOST_FILES.name, 5), (uploads.MOST_MB.name, 1)):
        parameters.set_parameter(make.administrator(), name=name, new=most, reason="a test")
    count = partial(uploads.count_uploads, make.TESTER, customer_id=customer_id)
    today = datetime.fromisoformat("2026-03-02T10:00:00+08:00")

    count(sizes=[400_000, 400_000], now=today)
    for sizes in ([1] * 4, [200_001]):
        with pytest.raises(uploads.TooMuchToday):
            count(sizes=sizes, now=today)
    count(sizes=[200_000], now=today)

    assert UploadDay.objects.values_list("files", "bytes").get() == (3, 1_000_000)
    count(sizes=[1], now=today + timedelta(days=1))


def test_files_beyond_the_day_are_refused_with_words_and_not_stored() -> None:
    buyer()
    parameters.set_parameter(make.administrator(), name=uploads.MOST_FILES.name, new=1, reason="a test")
    Order.objects.update(fulfilment_state="delivered", state="completed")
    number = Order.objects.get().number
    browser = browser_of(locale="en")
    two = [SimpleUploadedFile(f"{n}.png", b"x", content_type="image/png") for n in range(2)]
    line = Order.objects.get().lines.get()

    answer = browser.post(
        reverse("my_request", args=[number]),
        {f"line-{line.id}": "1", "reason": "lost", "kind": "refund_only", "files": two},
    )

    assert answer.status_code == 422
    assert "more than can be sent in one day" in answer.content.decode()


def test_a_question_about_a_solution_waits_on_the_page_of_requests_for_who_it_is_asked_alone() -> None:
    customer_id = buyer()
    make.order("A-7", **make.somebody(7))
    draft = complaint_settings.PolicyDraft(code="all", channel="email", rank=1, after_h=0)
    complaint_settings.save_follow_up_policy(make.TESTER, draft=draft)
    now = moment.now()
    (heard,) = said(mail("包裹没到", customer_id=customer_id, at=now - timedelta(hours=1)))
    moving.move_tickets(make.TESTER, ticket_ids=[heard.ticket_id or 0], verb="solve", now=now)
    follow_ups.ask_customers(make.TESTER, now=now)
    browser, other = browser_of(locale="en"), browser_of("13705710007", locale="en")

    page = browser.get(reverse("my_cases")).content.decode()

    assert "Are you satisfied" in page
    assert "Are you satisfied" not in other.get(reverse("my_cases")).content.decode()
    link = page.split('class="pt-button" href="')[1].split('"')[0]
    answered = Client().post(link, {"satisfied": "yes", "score": "5"})
    assert (answered.status_code, FollowUp.objects.get().state) == (302, "answered")
    assert "Are you satisfied" not in browser.get(reverse("my_cases")).content.decode()
