"""Stations and visits: what is offered, kept, moved, served and missed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from steward.kernel import errors
from steward.modules.people.commands import CalendarDraft, appointments, save_calendar
from steward.modules.people.commands.appointments import AppointmentDraft
from steward.modules.people.commands.stations import StationDraft, save_station
from steward.modules.people.models import Appointment, Skill, Station
from steward.modules.people.queries import stations
from steward.modules.people.tests.company import MONDAY, NOW, SETUP, kinds

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TEN = NOW  # ten in the morning in Shanghai
TOMORROW_TEN = NOW + timedelta(days=1)


def station(code: str = "hz", **facts: Any) -> int:
    """Make a station open from nine to twelve and from half past one to six, on Chinese workdays."""
    whole: dict[str, Any] = {
        "name": "杭州西湖站",
        "district_code": "330106",
        "address": "文三路 90 号",
        "calendar_code": "cn-office",
        "services": {"repair": 60, "return": 30},
        "latitude": 30.27,
        "longitude": 120.15,
    }
    return save_station(SETUP, code=code, draft=StationDraft(**(whole | facts)))


def book(starts_at: datetime = TOMORROW_TEN, *, code: str = "hz", now: datetime = NOW, **facts: Any) -> int:
    whole: dict[str, Any] = {"station_code": code, "service": "repair", "starts_at": starts_at}
    draft = AppointmentDraft(**(whole | facts))
    return appointments.book_appointment(SETUP, draft=draft, now=now)


def free(*, day: date = MONDAY, days: int = 1, service: str = "repair", now: datetime = NOW) -> list[str]:
    found = stations.free_slots(stations.stations(), service=service, first=day, days=days, now=now)
    return [f"{slot.starts_at + 8 * HOUR:%H:%M}×{slot.free}" for slot in found]


def test_times_are_offered_within_opening_hours_and_not_in_the_past() -> None:
    station(slot_min=60, places=2)
    assert free() == ["11:00×2", "13:30×2", "14:30×2", "15:30×2", "16:30×2"]
    assert free(day=date(2026, 3, 1)) == []


def test_a_holiday_offers_nothing_and_a_make_up_day_does() -> None:
    station()
    assert free(day=date(2026, 10, 1)) == []
    assert free(day=date(2026, 2, 28), now=NOW - timedelta(days=9)) != []  # a Saturday worked for the Spring Festival


def test_a_place_is_kept_for_one_and_a_full_time_is_not_offered_any_more() -> None:
    station(slot_min=60, places=2)
    assert [Appointment.objects.get(id=book(NOW + HOUR)).place for _time in range(2)] == [1, 2]
    assert "11:00" not in free()[0]
    with pytest.raises(appointments.SlotTaken):
        book(NOW + HOUR)
    assert Appointment.objects.count() == 2


def test_the_database_itself_refuses_a_place_given_twice() -> None:
    station()
    row = Appointment.objects.get(id=book())
    row.pk, row.code = None, "AAAA2222"
    row.starts_at, row.ends_at = row.starts_at + HOUR / 2, row.ends_at + HOUR / 2
    with pytest.raises(IntegrityError, match="appointment_no_overlap"), transaction.atomic():
        row.save(force_insert=True)
    row.place = 2
    row.save(force_insert=True)


def test_what_overlaps_by_half_takes_its_place_from_both_slots() -> None:
    station(slot_min=30, places=1)
    book(NOW + HOUR)  # from eleven to twelve
    assert free()[:1] == ["13:30×1"]
    assert free(service="return")[0] == "10:30×1"


def test_a_time_nobody_offers_is_refused_and_nothing_is_kept() -> None:
    station()
    asked: tuple[dict[str, Any], ...] = (
        {"starts_at": TOMORROW_TEN + timedelta(minutes=7)},
        {"starts_at": NOW - HOUR},
        {"service": "installation"},
        {"starts_at": NOW + timedelta(days=6)},
    )
    for facts in asked:
        with pytest.raises(appointments.NotOffered):
            book(**facts)
    assert not Appointment.objects.exists()


def test_a_partner_is_offered_only_while_its_contract_runs() -> None:
    station(is_partner=True, partner_name="某维修", contract_from=date(2026, 3, 3), contract_until=date(2026, 3, 4))
    assert [bool(free(day=MONDAY + timedelta(days=number))) for number in range(3)] == [False, True, False]


def test_a_visit_moves_with_its_code_and_its_old_time_is_free_again() -> None:
    station(slot_min=60)
    id_ = book()
    before = Appointment.objects.get(id=id_)
    appointments.move_appointment(SETUP, appointment_id=id_, starts_at=TOMORROW_TEN + HOUR, now=NOW)
    after = Appointment.objects.get(id=id_)
    assert (after.code, after.starts_at) == (before.code, TOMORROW_TEN + HOUR)
    assert book() != id_
    assert kinds(2) == ["people.appointment_booked", "people.appointment_moved"]


def test_who_comes_is_checked_in_on_their_day_and_served() -> None:
    station()
    id_ = book()
    with pytest.raises(appointments.NotToday):
        appointments.check_in(SETUP, appointment_id=id_, now=NOW)
    appointments.check_in(SETUP, appointment_id=id_, now=TOMORROW_TEN - HOUR)
    appointments.finish_appointment(SETUP, appointment_id=id_, outcome="换了电池", now=TOMORROW_TEN + HOUR)
    row = Appointment.objects.get(id=id_)
    assert (row.state, row.outcome) == ("done", "换了电池")
    with pytest.raises(errors.NotPossible):
        appointments.cancel_appointment(SETUP, appointment_id=id_, reason="late", now=TOMORROW_TEN + HOUR)


def test_who_did_not_come_is_missed_after_a_while_and_may_still_come_that_day() -> None:
    station()
    id_ = book()
    assert appointments.miss_appointments(SETUP, now=TOMORROW_TEN + HOUR) == 0
    assert appointments.miss_appointments(SETUP, now=TOMORROW_TEN + 2 * HOUR) == 1
    assert appointments.miss_appointments(SETUP, now=TOMORROW_TEN + 2 * HOUR) == 0
    appointments.check_in(SETUP, appointment_id=id_, now=TOMORROW_TEN + 3 * HOUR)
    assert Appointment.objects.get(id=id_).state == "arrived"


def test_a_visit_is_announced_once_a_day_ahead_and_again_when_it_was_moved() -> None:
    station()
    id_ = book(NOW + timedelta(days=2), customer_id=7)
    book(customer_id=8)  # for tomorrow: who books it now knows
    at = NOW + timedelta(days=1, hours=1)
    assert appointments.announce_coming(SETUP, now=NOW) == 0
    assert [appointments.announce_coming(SETUP, now=at) for _time in range(2)] == [1, 0]
    assert kinds(1) == ["people.appointment_announced"]
    appointments.move_appointment(SETUP, appointment_id=id_, starts_at=NOW + timedelta(days=3), now=at)
    assert appointments.announce_coming(SETUP, now=at + timedelta(days=1)) == 1


def test_who_stands_at_the_counter_is_found_by_code_customer_or_order() -> None:
    where = station()
    row = Appointment.objects.get(id=book(customer_id=7, subject_kind="order", subject_id=5))
    day: dict[str, Any] = {"day": MONDAY + timedelta(days=1), "zone": "Asia/Shanghai"}
    for asked in ({"code": row.code}, {"customer_ids": [7]}, {"subjects": [("order", 5)]}):
        assert [one.id for one in stations.expected_today(where, **day, **asked)] == [row.id]
    assert stations.expected_today(where, **day) == []
    assert stations.expected_today(where, day=MONDAY, zone="Asia/Shanghai", code=row.code) == []


def test_the_nearest_station_that_does_it_comes_first() -> None:
    Skill.objects.create(code="battery", name="电池")
    station()
    station("sh", name="上海站", latitude=31.23, longitude=121.47, skills=("battery",))
    near = stations.nearest_stations((30.3, 120.2), service="repair", on=MONDAY)
    assert [(one.code, round(km)) for one, km in near] == [("hz", 6), ("sh", 159)]
    assert [one.code for one, _ in stations.nearest_stations((30.3, 120.2), skill="battery", on=MONDAY)] == ["sh"]


def test_a_station_that_cannot_be_says_everything_that_is_wrong() -> None:
    with pytest.raises(errors.BadInput) as refusal:
        station("HZ", district_code="33", calendar_code="moon", services={"flying": 1}, places=0, latitude=99)
    assert {one["field"] for one in refusal.value.findings} == {
        "code", "district", "calendar", "services", "places", "latitude",
    }  # fmt: skip
    assert not Station.objects.exists()


def test_fewer_places_leave_what_was_booked() -> None:
    station(slot_min=60, places=2)
    for _time in range(2):
        book()
    station(slot_min=60, places=1)
    assert Appointment.objects.filter(state="booked").count() == 2


def test_free_times_of_many_stations_and_days_cost_a_constant_number_of_queries() -> None:
    week = [[(0, 1440)]] * 7
    draft = CalendarDraft(name="Open", zone="Asia/Shanghai", week=week)
    save_calendar(SETUP, code="open", draft=draft, reason="", now=NOW)
    for number in range(5):
        station(f"s{number}", calendar_code="open", slot_min=15)
    places = stations.stations()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = stations.free_slots(places, service="return", first=MONDAY, days=14, now=NOW)
    assert len(found) > 6_000
    assert len(queries) <= 3
