"""Putting tariffs in force, asking prices."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from steward.kernel import audit
from steward.kernel.errors import BadInput
from steward.modules.logistics.commands.carriers import CarrierDraft, CoverageDraft, save_carrier
from steward.modules.logistics.commands.tariffs import VersionsOverlap, save_tariff
from steward.modules.logistics.models import Carrier, Tariff, TariffLane, TariffRow
from steward.modules.logistics.queries import quotes, tariffs
from steward.modules.logistics.queries.quotes import ParcelFacts
from steward.modules.logistics.rules.tariffs import Tier
from steward.modules.logistics.tests import sheets

pytestmark = pytest.mark.django_db
PARCEL = ParcelFacts("330110", "440106", 900)


def test_a_new_version_ends_the_open_one_the_day_before_and_prices_follow_the_day() -> None:
    sheets.service("quick", price=1000)
    save_tariff(sheets.TESTER, service="quick", draft=sheets.flat(1200), valid_from=date(2026, 3, 3))
    assert [(one.version, one.valid_until) for one in tariffs.tariff_versions("quick")] == [
        (2, None),
        (1, date(2026, 3, 2)),
    ]
    assert quotes.quote([PARCEL], at=sheets.NOW)[0][0].price_minor == 1000
    assert quotes.quote([PARCEL], at=sheets.NOW.replace(day=3))[0][0].price_minor == 1200


def test_days_another_version_has_are_refused_and_nothing_is_left_behind() -> None:
    sheets.service("quick")
    with pytest.raises(VersionsOverlap):
        save_tariff(sheets.TESTER, service="quick", draft=sheets.flat(1), valid_from=date(2025, 12, 1))
    assert Tariff.objects.count() == 1


def test_every_faulty_row_is_named_at_once_and_nothing_is_saved() -> None:
    sheets.service("quick")
    draft = sheets.tariff(
        Tier(to_g=1000, base_minor=1, row=2), Tier(from_g=900, to_g=2000, base_minor=2, row=3), Tier(from_g=3000, row=4)
    )
    with pytest.raises(BadInput) as refusal:
        save_tariff(sheets.TESTER, service="quick", draft=draft, valid_from=date(2026, 5, 1))
    assert [(one["field"], one["code"]) for one in refusal.value.findings] == [("rows.4.base_minor", "price_missing")]
    mended = sheets.tariff(
        Tier(to_g=1000, base_minor=1, row=2),
        Tier(from_g=900, to_g=2000, base_minor=2, row=3),
        Tier(from_g=3000, base_minor=3, row=4),
    )
    with pytest.raises(BadInput) as refusal:
        save_tariff(sheets.TESTER, service="quick", draft=mended, valid_from=date(2026, 5, 1))
    assert [one["code"] for one in refusal.value.findings] == ["tier_overlaps", "tier_gap"]
    assert Tariff.objects.count() == 1
    assert TariffRow.objects.count() == 1


def test_the_database_itself_refuses_overlapping_tiers_and_changed_rows() -> None:
    sheets.service("quick")
    lane = TariffLane.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        TariffRow.objects.create(lane=lane, from_g=500, to_g=700, base_minor=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        TariffRow.objects.filter(lane=lane).update(base_minor=1)


def test_what_is_out_says_why() -> None:
    sheets.service("cold", storage_classes=["chilled"])
    sheets.service("small", max_weight_g=500)
    sheets.service("local", coverage=[CoverageDraft("33", 1, 1)])
    sheets.service("stopped")
    Carrier.objects.filter(code="stopped").update(state="stopped", state_reason="x")
    sheets.service("good", price=700)
    offers, out = quotes.quote_one(PARCEL, at=sheets.NOW)
    assert [one.service_code for one in offers] == ["good"]
    assert {one.service.code: one.reason for one in out} == {
        "cold": "storage_class",
        "small": "too_heavy",
        "local": "not_covered",
        "stopped": "carrier_stopped",
    }


def test_contracts_and_tariffs_end_a_service_on_their_day() -> None:
    sheets.service("ended")
    save_carrier(sheets.TESTER, draft=CarrierDraft(code="ended", name="E", contract_until=date(2026, 2, 28)))
    assert quotes.quote_one(PARCEL, at=sheets.NOW)[1][0].reason == "contract_over"
    early = sheets.NOW.replace(year=2025)
    sheets.service("other")
    assert {one.service.code: one.reason for one in quotes.quote_one(PARCEL, at=early)[1]}["other"] == "no_tariff"


def test_asking_prices_takes_a_handful_of_queries_however_many_parcels(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(3):
        sheets.service(f"s-{number}")
    with django_assert_max_num_queries(8):
        found = quotes.quote([PARCEL] * 500, at=sheets.NOW)
    assert len(found) == 500
    assert len(found[0]) == 3


def test_putting_a_tariff_in_force_is_in_the_log() -> None:
    sheets.service("quick")
    assert [entry.kind for entry in audit.page(limit=1).rows] == ["logistics.tariff_set"]
