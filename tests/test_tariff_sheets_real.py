"""Real price sheets of Chinese carriers, read through mappings alone; figures worked out by hand from the sheets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import xlsxwriter

from steward.connectors.tariff_sheets import read_sheet
from steward.modules.logistics.ports import UnreadableSheet
from steward.modules.logistics.queries.tariff_import import preview
from steward.modules.logistics.rules import pricing
from steward.modules.logistics.rules.tariff_mapping import SHIPPED
from steward.modules.logistics.rules.tariffs import Draft, Fault, faults

FOLDER = Path(os.environ.get("STEWARD_DATA", "/nowhere")) / "china_carrier_rates"
needs_sheets = pytest.mark.skipif(not FOLDER.is_dir(), reason="STEWARD_DATA has no china_carrier_rates")


def yuan(draft: Draft, district: str, kg: float) -> float | None:
    found = pricing.price(draft, pricing.ParcelFacts("440111", district, round(kg * 1000)))
    return found.price_minor / 100 if found else None


# file, lanes, district, kg, yuan: base + (kg − base weight) × the rate of the whole weight's tier
BY_HAND = (
    ("wuliu_annengbz.json", 74, "441900", 500, 25.0 + 490 * 0.68),
    ("wuliu_annengbz.json", 74, "650102", 20, 60.0 + 10 * 3.8),
    ("wuliu_annengdsd.json", 74, "441900", 500, 25.0 + 490 * 0.75),
    ("wuliu_jym.json", 21, "440106", 9, 8.0 + 8 * 0.7),
    ("wuliu_jym.json", 21, "330106", 9, None),
    ("wuliu_shunxin.json", 71, "441900", 1001, 15.0 + 991 * 0.58),
    ("wuliu_yunda.json", 51, "441900", 300, 15.0 + 290 * 0.65),
    ("wuliu_yunda.json", 51, "441900", 301, 15.0 + 291 * 0.60),
    ("wuliu_yunda.json", 51, "542121", 1000, 50.0 + 990 * 3.6),
)


@needs_sheets
@pytest.mark.parametrize(("name", "lanes", "district", "kg", "expected"), BY_HAND)
def test_prices_of_real_sheets_are_those_worked_out_by_hand(
    name: str, lanes: int, district: str, kg: float, expected: float | None
) -> None:
    found = preview(read_sheet(FOLDER / name, records="pricing"), mapping=SHIPPED["base_and_tiers"])
    assert found.errors == []
    assert len(found.draft.lanes) == lanes
    assert yuan(found.draft, district, kg) == (None if expected is None else round(expected, 2))


@needs_sheets
def test_a_workbook_of_a_real_sheet_says_what_the_sheet_says(tmp_path: Path) -> None:
    data = json.loads((FOLDER / "wuliu_jym.json").read_text(encoding="utf-8"))
    book = xlsxwriter.Workbook(tmp_path / "jym.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["目的地", "首重价", "续重价"])
    for row, one in enumerate(data["pricing"], start=1):
        tier = one["extra_weight_tiers"][0]
        sheet.write_row(row, 0, [one["destination"], one["base_price"], tier["price_per_kg"]])
    book.close()
    found = preview(read_sheet(tmp_path / "jym.xlsx"), mapping=SHIPPED["first_additional"])
    assert found.errors == []
    assert yuan(found.draft, "440106", 8.2) == 13.6  # additional weight in whole kilograms
    assert faults(found.draft) == []


def csv_preview(tmp_path: Path, text: str, mapping: dict[str, object]) -> tuple[Draft, list[Fault]]:
    (tmp_path / "sheet.csv").write_text(text, encoding="utf-8")
    found = preview(read_sheet(tmp_path / "sheet.csv"), mapping=mapping)
    return found.draft, found.errors


def test_a_column_per_bracket_is_a_tier_per_column(tmp_path: Path) -> None:
    mapping: dict[str, object] = {
        "destination": "省份",
        "tiers": [
            {"from": 0, "to": 1, "base": "0-1kg"},
            {"from": 1, "to": 2, "base": "1-2kg"},
            {"from": 2, "to": None, "base": "1-2kg", "included": 2, "step": 1, "per_kg": "续重"},
        ],
    }
    draft, wrong = csv_preview(tmp_path, "省份,0-1kg,1-2kg,续重\n江浙沪,3.2,3.9,0.85\n西藏,13,21,11\n", mapping)
    assert wrong == []
    assert len(draft.lanes) == 4
    assert [yuan(draft, "310101", kg) for kg in (1, 1.5, 4.5)] == [3.2, 3.9, 6.45]


def test_days_and_a_minimum_by_city_are_read_too(tmp_path: Path) -> None:
    mapping: dict[str, object] = {
        "destination": "城市",
        "lead_max": "时效",
        "tiers": [
            {"from": 0, "to": 100, "per_kg": "100以下", "minimum": "最低"},
            {"from": 100, "to": "inf", "per_kg": "100以上", "minimum": "最低"},
        ],
    }
    (tmp_path / "line.csv").write_text("城市,时效,100以下,100以上,最低\n成都,4,2.1,1.8,35\n", encoding="utf-8")
    found = preview(read_sheet(tmp_path / "line.csv"), mapping=mapping)
    assert [yuan(found.draft, "510104", kg) for kg in (5, 100, 200)] == [35.0, 210.0, 360.0]
    assert [(one.region, one.days_max) for one in found.leads] == [("5101", 4)]


def test_all_that_is_wrong_with_a_sheet_is_said_at_once_with_its_rows(tmp_path: Path) -> None:
    text = "目的地,重量从,重量到,基础价\n浙江,0,1,5\n浙江,0.5,3,8\n月球,0,,5\n江苏,0,1,五元\n"
    _draft, wrong = csv_preview(tmp_path, text, SHIPPED["template"])
    assert [(one.row, one.code) for one in wrong] == [
        (4, "region_unknown"),
        (5, "number_unreadable"),
        (3, "tier_overlaps"),
    ]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    _draft, wrong = csv_preview(tmp_path, "目的地,价\n浙江,5\n", SHIPPED["first_additional"])
    assert {one.code for one in wrong} == {"column_missing"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("目的地,价,价\n浙江,1,2\n", "价"),
        ("目的地,价\n浙江,1,200\n", "2"),
        ("目的地,价\n" + "浙江,1\n" * 20_001, "20000"),
    ],
)
def test_a_sheet_of_which_a_part_would_be_lost_is_not_read(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "sheet.csv").write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableSheet, match=why):
        read_sheet(tmp_path / "sheet.csv")


def test_the_sheet_a_mapping_names_is_read_and_none_instead_of_it(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "two.xlsx")
    for name, price in (("标准", 5), ("特惠", 3)):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["目的地", "价"])
        sheet.write_row(1, 0, ["浙江", price])
    book.close()

    assert read_sheet(tmp_path / "two.xlsx", sheet="特惠") == [(2, {"目的地": "浙江", "价": "3"})]
    assert read_sheet(tmp_path / "two.xlsx") == [(2, {"目的地": "浙江", "价": "5"})]
    with pytest.raises(UnreadableSheet, match="标准, 特惠"):
        read_sheet(tmp_path / "two.xlsx", sheet="春节")
