"""Carriers' sheets: put in force whole or not at all, kept while looked at, read by mappings people keep."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from steward.kernel import audit, errors
from steward.kernel.models import Event
from steward.modules.logistics.commands import tariff_sheets
from steward.modules.logistics.commands.carriers import CoverageDraft
from steward.modules.logistics.commands.tariffs import MappingKnown, MappingTaken, VersionsOverlap, save_tariff_mapping
from steward.modules.logistics.models import Tariff, TariffLane, TariffMapping
from steward.modules.logistics.queries.carriers import coverage
from steward.modules.logistics.rules.mapping_faults import mapping_faults
from steward.modules.logistics.rules.tariff_mapping import SHIPPED
from steward.modules.logistics.tests import sheets

pytestmark = pytest.mark.django_db
TIER = {"base": "首重", "included": 1, "step": 1, "per_kg": "续重"}
CONTENT: dict[str, object] = {"destination": "省份", "tiers": [TIER]}
FIRST = date(2026, 5, 1)


def rows(*cells: tuple[str, ...], header: tuple[str, ...] = ("目的地", "重量从", "重量到", "基础价")) -> Any:
    return [(number, dict(zip(header, row, strict=True))) for number, row in enumerate(cells, start=2)]


def put(records: Any, **facts: Any) -> tariff_sheets.Imported:
    wanted = {"service": "quick", "mapping": SHIPPED["template"], "valid_from": FIRST, **facts}
    return tariff_sheets.import_tariff(sheets.TESTER, records=records, **wanted)


def test_a_sheet_becomes_a_version_with_all_its_lanes() -> None:
    sheets.service("quick")

    done = put(rows(("浙江", "0", "1", "5"), ("浙江", "1", "", "9"), ("全国", "0", "", "12")), note=" 五月价 ")

    made = Tariff.objects.get(version=done.version)
    assert (done.version, done.lanes, made.note, made.valid_from) == (2, 2, "五月价", FIRST)
    assert TariffLane.objects.filter(tariff=made).count() == 2


DAYS = ("目的地", "重量从", "重量到", "基础价", "最短天数", "最长天数")


def covered(code: str = "quick") -> list[tuple[str, str, bool, int, int]]:
    return [(one.origin, one.region, one.served, one.lead_days_min, one.lead_days_max) for one in coverage(code)]


def test_days_a_sheet_states_are_the_service_s_from_then_on() -> None:
    sheets.service("quick", days=(2, 3))

    put(rows(("浙江", "0", "1", "5", "1", "2"), ("浙江", "1", "", "9", "", "3"), ("全国", "0", "", "12", "", ""),
             header=DAYS))  # fmt: skip

    assert covered() == [("", "", True, 2, 3), ("", "33", True, 1, 3)]
    changed = Event.objects.filter(kind="logistics.carrier_changed").latest("id")
    assert changed.data["parts"] == ["coverage"]


def test_days_stated_for_a_place_that_is_known_take_the_place_of_what_stood_there() -> None:
    sheets.service("quick", coverage=[CoverageDraft("33", 4, 6)])

    put(rows(("浙江", "0", "", "5", "1", "2"), header=DAYS))

    assert covered() == [("", "33", True, 1, 2)]


def test_a_place_that_was_taken_out_stays_out_whatever_days_a_sheet_states() -> None:
    taken_out = [CoverageDraft("", 2, 3), CoverageDraft("65", served=False)]
    sheets.service("quick", coverage=taken_out)

    put(rows(("新疆", "0", "", "30", "7", "9"), ("乌鲁木齐", "0", "", "25", "6", "8"), header=DAYS))

    assert covered() == [("", "", True, 2, 3), ("", "65", False, 0, 0)]


def test_a_sheet_that_states_no_days_changes_no_coverage() -> None:
    sheets.service("quick")
    before = covered(), Event.objects.filter(kind="logistics.carrier_changed").count()

    put(rows(("浙江", "0", "", "5")))

    assert (covered(), Event.objects.filter(kind="logistics.carrier_changed").count()) == before


@pytest.mark.parametrize("days", [("1", "91"), ("-1", "2"), ("9999999", "")])
def test_days_no_delivery_takes_are_named_and_nothing_is_left_behind(days: tuple[str, str]) -> None:
    sheets.service("quick", days=(2, 3))

    with pytest.raises(errors.BadInput) as refusal:
        put(rows(("浙江", "0", "", "5", *days), header=DAYS))

    assert [(one["field"], one["code"]) for one in refusal.value.findings] == [("rows.2.days", "days_unfit")]
    assert (covered(), Tariff.objects.count()) == ([("", "", True, 2, 3)], 1)


def test_tiers_that_overlap_are_named_with_both_rows_and_nothing_is_left_behind() -> None:
    sheets.service("quick")
    wrong = rows(("浙江", "0", "3", "5"), ("浙江", "2", "", "9"), ("月球", "0", "", "1"), ("江苏", "0", "", "五元"))

    with pytest.raises(errors.BadInput) as refusal:
        put(wrong)

    found = {(one["field"], one["code"]) for one in refusal.value.findings}
    assert found == {
        ("rows.3.from_g", "tier_overlaps"),
        ("rows.4.region", "region_unknown"),
        ("rows.5.基础价", "number_unreadable"),
    }
    assert [one.valid_until for one in Tariff.objects.all()] == [None]


def test_days_another_version_has_leave_both_as_they_were() -> None:
    sheets.service("quick")

    with pytest.raises(VersionsOverlap):
        put(rows(("全国", "0", "", "12")), valid_from=date(2025, 12, 1))

    assert [(one.version, one.valid_until) for one in Tariff.objects.all()] == [(1, None)]


def test_a_sheet_without_the_mappings_columns_names_them() -> None:
    sheets.service("quick")

    with pytest.raises(errors.BadInput) as refusal:
        put(rows(("浙江", "5"), header=("目的地", "价")), mapping=SHIPPED["first_additional"])

    assert {one["code"] for one in refusal.value.findings} == {"column_missing"}


def test_a_mapping_is_kept_changed_and_on_record() -> None:
    save_tariff_mapping(sheets.TESTER, code="sand", name="沙河", content=CONTENT, now=sheets.NOW, is_new=True)
    later = sheets.NOW + timedelta(days=1)
    save_tariff_mapping(sheets.TESTER, code="sand", name=" ", content={**CONTENT, "sheet": "报价"}, now=later)

    kept = TariffMapping.objects.get()
    assert (kept.name, kept.content["sheet"], kept.changed_at) == ("sand", "报价", later)
    assert [one.kind for one in audit.page(limit=2).rows] == ["logistics.tariff_mapping_saved"] * 2


def test_a_code_that_is_taken_or_steward_s_own_keeps_what_it_has() -> None:
    save_tariff_mapping(sheets.TESTER, code="sand", name="沙河", content=CONTENT, now=sheets.NOW, is_new=True)

    with pytest.raises(MappingTaken):
        save_tariff_mapping(sheets.TESTER, code="sand", name="另一个", content=CONTENT, now=sheets.NOW, is_new=True)
    with pytest.raises(MappingKnown):
        save_tariff_mapping(sheets.TESTER, code="template", name="我的", content=CONTENT, now=sheets.NOW)

    assert TariffMapping.objects.get().name == "沙河"


@pytest.mark.parametrize("code", ["", "Sand", "sand/2", "-sand", "s" * 51])
def test_a_code_that_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(errors.BadInput) as refusal:
        save_tariff_mapping(sheets.TESTER, code=code, name="x", content=CONTENT, now=sheets.NOW)

    assert [one["code"] for one in refusal.value.findings] == ["code_unfit"]
    assert not TariffMapping.objects.exists()


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ({"tiers": []}, ["mapping_unreadable"]),
        ({**CONTENT, "unit": "kg"}, ["mapping_unreadable"]),
        ({**CONTENT, "destination": "省\0份"}, ["mapping_unfit"]),
        ({**CONTENT, "destination": "省" * 30_000}, ["mapping_unfit"]),
        ({"destination": " | ", "tiers": []}, ["column_needed", "tier_needed"]),
        ({**CONTENT, "weight_unit": "lb", "currency": "XX"}, ["unit_unknown", "currency_unknown"]),
        ({**CONTENT, "regions": {"江浙沪": ["31", "3"]}, "from_regions": ["x"]}, ["region_unknown"] * 2),
        ({**CONTENT, "tiers": [{"from": 1, "to": 1, "included": -1}]}, ["tier_without_price", "number_unfit",
                                                                        "tier_ends_before_it_begins"]),
        ({**CONTENT, "tiers": [{"to": 3, "base": "甲"}, {"from": 2, "base": "乙"}]}, ["tier_overlaps"]),
        ({**CONTENT, "lower_step": 1, "tiers": [{"to": 3, "base": "甲"}, {"from": 4, "base": "乙"}]}, []),
        ({**CONTENT, "tiers": [{"to": 3, "base": "甲"}, {"to": 3, "base": "乙", "needed": False}]}, []),
        ({**CONTENT, "tiers": [{"to": "到", "base": "甲"}, {"from": 2, "to": "inf", "base": "乙"}]}, []),
    ],
)  # fmt: skip
def test_everything_wrong_with_a_mapping_is_named_at_once(content: dict[str, Any], codes: list[str]) -> None:
    assert [one.code for one in mapping_faults(content)] == codes


@pytest.mark.parametrize("code", list(SHIPPED))
def test_nothing_is_wrong_with_what_came_with_steward(code: str) -> None:
    assert mapping_faults(SHIPPED[code]) == []


def test_a_sheet_is_kept_for_a_week_and_lent_to_nobody_by_another_name(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    stored = tariff_sheets.keep_sheet(sheets.TESTER, name="../../价格.csv", content=b"a,b\n")

    with tariff_sheets.kept_sheet(stored) as path:
        assert path.read_bytes() == b"a,b\n"
    for other in ("prints/1.pdf", "logistics/sheets/none.csv", "/etc/passwd"):
        with pytest.raises(errors.NotFound), tariff_sheets.kept_sheet(other):
            pass
    now = timezone.now()
    assert [tariff_sheets.forget_sheets(now + timedelta(days=days)) for days in (6, 8, 8)] == [0, 1, 0]


def test_a_file_no_price_sheet_needs_is_not_kept(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path

    with pytest.raises(tariff_sheets.TooBigSheet):
        tariff_sheets.keep_sheet(sheets.TESTER, name="a.csv", content=bytes(tariff_sheets.LARGEST_BYTES + 1))

    assert list(tmp_path.iterdir()) == []
