"""Choosing services: the cheapest that keeps the promise, learning from parcels, and people who know better."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import DatabaseError, transaction

from steward.kernel.actor import Actor
from steward.modules.logistics.commands.choosing import (
    OverrideNeedsReason,
    ServiceCannot,
    choose_services,
    override_service,
)
from steward.modules.logistics.commands.deliveries import DeliveryDraft, record_deliveries
from steward.modules.logistics.models import Carrier, LaneDays, ServiceChoice
from steward.modules.logistics.queries import choice as queries
from steward.modules.logistics.queries.choice import Wanted
from steward.modules.logistics.rules.pricing import ParcelFacts
from steward.modules.logistics.tests import sheets

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
COORDINATOR = Actor("staff:1", "person", frozenset({"logistics.quote", "logistics.choose"}))


def wanted(days: int | None = 3, **facts: object) -> Wanted:
    parcel = ParcelFacts("330110", "440106", 900, **facts)  # type: ignore[arg-type]
    return Wanted(parcel, TODAY + timedelta(days=days) if days is not None else None, "SH-1")


def chosen(one: Wanted) -> tuple[str, str]:
    made = queries.choose_services([one], at=sheets.NOW)[0]
    return (made.chosen.service_code if made.chosen else "", made.cause)


def delivered(service_id: int, days: int, count: int = 40) -> None:
    start = TODAY - timedelta(days=days + 7)
    drafts = [
        DeliveryDraft(
            reference=f"{service_id}-{days}-{n}",
            service_id=service_id,
            origin="330110",
            destination="440106",
            handed_over_date=start,
            delivered_date=start + timedelta(days=days),
        )
        for n in range(count)
    ]
    record_deliveries(sheets.TESTER, deliveries=drafts)


def test_the_cheapest_that_keeps_the_promise_by_the_tariffs_word_is_chosen_while_nothing_is_known() -> None:
    sheets.service("slow", price=500, days=(5, 6))
    sheets.service("fast", price=900, days=(1, 2))
    assert chosen(wanted(4)) == ("fast", "cheapest_on_time")
    assert chosen(wanted(9)) == ("slow", "cheapest_on_time")
    assert chosen(wanted(None)) == ("slow", "cheapest")


def test_own_parcels_teach_that_a_stated_time_does_not_hold() -> None:
    cheap = sheets.service("cheap", price=500, days=(1, 2))
    sheets.service("fast", price=900, days=(1, 2))
    assert chosen(wanted(4))[0] == "cheap"
    delivered(cheap, 6)
    assert chosen(wanted(4)) == ("fast", "cheapest_on_time")


def test_where_none_keeps_the_promise_the_likeliest_is_chosen_and_says_so() -> None:
    sheets.service("slow", price=500, days=(5, 6))
    sheets.service("less-slow", price=900, days=(3, 5))
    assert chosen(wanted(1)) == ("less-slow", "most_likely")


def test_after_the_pickup_has_gone_a_day_is_lost() -> None:
    sheets.service("early", price=500, days=(1, 2), pickup_cutoff=time(9, 0))
    sheets.service("late", price=900, days=(1, 2), pickup_cutoff=time(20, 0))
    made = queries.choose_services([wanted(2)], at=sheets.NOW)[0]
    on_time = {one.option.service_code: one.option.on_time or 0.0 for one in made.verdicts}
    assert on_time["early"] < on_time["late"]


def test_capacity_of_the_day_is_shared_first_come_first_served() -> None:
    sheets.service("small", price=500, capacity_per_day=1)
    sheets.service("big", price=900)
    made = queries.choose_services([wanted(9), wanted(9)], at=sheets.NOW)
    assert [one.chosen.service_code for one in made if one.chosen] == ["small", "big"]


def test_carriers_on_probation_are_taken_only_where_nobody_else_can() -> None:
    sheets.service("tried", price=500)
    Carrier.objects.filter(code="tried").update(state="probation", state_reason="x")
    assert chosen(wanted(9))[0] == "tried"
    sheets.service("good", price=900)
    assert chosen(wanted(9))[0] == "good"


def test_goods_nobody_carries_have_no_service_and_every_reason_is_named() -> None:
    sheets.service("dry")
    made = queries.choose_services([wanted(5, storage_class="frozen")], at=sheets.NOW)[0]
    assert (made.service_id, made.cause, [one.reason for one in made.out]) == (None, "nothing_fits", ["storage_class"])


def test_a_person_chooses_otherwise_with_a_reason_and_the_rule_leaves_it_so() -> None:
    sheets.service("cheap", price=500)
    sheets.service("dear", price=900)
    choose_services(COORDINATOR, wanted=[wanted(9)], now=sheets.NOW)
    with pytest.raises(OverrideNeedsReason):
        override_service(COORDINATOR, wanted=wanted(9), service="dear", reason=" ", now=sheets.NOW)
    assert queries.chosen(["SH-1"])["SH-1"].kind == "proposed"
    override_service(COORDINATOR, wanted=wanted(9), service="dear", reason="customer asked", now=sheets.NOW)
    choose_services(COORDINATOR, wanted=[wanted(9)], now=sheets.NOW)
    kept = queries.chosen(["SH-1"])["SH-1"]
    assert (kept.kind, kept.reason, kept.choice.chosen and kept.choice.chosen.service_code) == (
        "overridden",
        "customer asked",
        "dear",
    )
    assert len(queries.choices_of(["SH-1"])["SH-1"]) == 2


def test_a_service_that_cannot_carry_it_is_no_choice_and_nothing_is_kept() -> None:
    sheets.service("small", max_weight_g=100)
    with pytest.raises(ServiceCannot):
        override_service(COORDINATOR, wanted=wanted(9), service="small", reason="x", now=sheets.NOW)
    assert not ServiceChoice.objects.exists()


def test_what_was_chosen_never_changes_afterwards() -> None:
    sheets.service("cheap")
    choose_services(COORDINATOR, wanted=[wanted(9)], now=sheets.NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceChoice.objects.update(cause="cheapest")


def test_a_parcel_recorded_twice_is_learnt_from_once_and_takes_its_later_claim() -> None:
    service = sheets.service("cheap")
    delivered(service, 3, 2)
    delivered(service, 3, 2)
    assert sum(LaneDays.objects.values_list("parcels", flat=True)) == 2


def test_drills_and_what_was_called_off_take_nobodys_place() -> None:
    sheets.service("small", price=500, capacity_per_day=1)
    sheets.service("big", price=900)
    drill = Wanted(wanted().parcel, None, "SH-2", simulated=True)
    choose_services(COORDINATOR, wanted=[drill, drill], now=sheets.NOW)

    assert chosen(wanted(9))[0] == "small"
    choose_services(COORDINATOR, wanted=[wanted(9)], now=sheets.NOW)
    assert chosen(Wanted(wanted().parcel, None, "SH-3"))[0] == "big"


def test_who_was_moved_to_another_service_leaves_its_place_to_the_next() -> None:
    sheets.service("small", price=500, capacity_per_day=1)
    sheets.service("big", price=900)
    choose_services(COORDINATOR, wanted=[wanted(9)], now=sheets.NOW)

    override_service(COORDINATOR, wanted=wanted(9), service="big", reason="x", now=sheets.NOW)

    assert chosen(Wanted(wanted().parcel, None, "SH-3"))[0] == "small"
