"""`steward carriers` and `steward shipments`: what an operator types prices, packs, sends, tracks and takes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from steward.interfaces.cli import main
from steward.kernel import moment
from steward.modules.logistics.models import Shipment, Tariff, TariffMapping, TrackingEvent
from steward.modules.logistics.tests import sheets, ship
from tests import make
from tests.peers.packing_table import PackingTable

pytestmark = pytest.mark.django_db
NUMBER, BACK = "SF1234567890123", "SF7770000000001"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let the operator work on the day of the tests."""
    with moment.frozen(make.NOW):
        yield


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Any:
    """Type a command; return what it answers as data."""

    def typed(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main([*words, "--json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    return typed


def test_a_shipment_goes_from_the_table_to_the_door_and_its_goods_come_back(told: Any, tmp_path: Path) -> None:
    number = ship.planned(quantity=2)

    assert told("shipments", "scan", number, "TENT-2", "--units", "2")["left"] == 0
    assert told("shipments", "pack", number, "--parcel", f"2400:{NUMBER}") == {"parcels": [f"{number}-1"]}
    labels = tmp_path / "labels.zpl"
    assert told("shipments", "labels", number, "--format", "zpl", "--to", str(labels))["labels"] == 1
    assert NUMBER in labels.read_text()
    handed = told("shipments", "hand-over", number, "SH-0", "--taken-by", "浙A1")
    assert (len(handed["manifests"]), handed["refused"]) == (1, {"SH-0": "unknown"})
    with moment.frozen(make.NOW.replace(day=3)):
        assert told("shipments", "report", NUMBER, "delivered", "--at", "2026-03-02T20:00:00+08:00")["new"] == 1
    seen = told("shipments", "track", NUMBER.lower())
    assert (seen["state"], seen["parcels"][0]["events"][0]["state"]) == ("delivered", "delivered")

    back = told("shipments", "return", number, "TENT-2=1", "--tracking", BACK)["return"]
    assert [row["number"] for row in told("shipments", "list", "--direction", "return")] == [back]
    assert told("shipments", "show", back)["lines"][0]["quantity"] == 1


def test_a_scale_and_a_label_printer_pack_a_shipment(told: Any) -> None:
    number = ship.planned()
    told("shipments", "scan", number, "TENT-2")

    with PackingTable("S S      1.250 kg") as table:
        told("shipments", "pack", number, "--scale", table.scale, "--printer", table.printer, "--tracking", NUMBER)
        assert NUMBER in table.printed()
        told("shipments", "labels", number, "--printer", table.printer)
        assert NUMBER in table.printed()

    assert told("shipments", "show", number)["parcels"][0]["weight_g"] == 1_250


def test_another_service_is_booked_with_a_reason(told: Any) -> None:
    slow = sheets.service("slow", price=500, days=(5, 6))
    sheets.service("fast", price=900, days=(1, 2))
    number = ship.planned(service_id=slow)

    done = told("shipments", "book", number, "fast", "--reason", "客户催")

    assert (done["service_code"], done["price_minor"]) == ("fast", 900)
    assert told("shipments", "call-off", number, "--reason", "x") == {"called_off": number}
    assert Shipment.objects.get().state == "cancelled"


def test_what_is_refused_says_why_and_leaves_everything_as_it_was(told: Any) -> None:
    sent = ship.sent()

    assert told("shipments", "return", sent.number, "TENT-2=2", code=2)["code"] == "more_than_was_sent"
    assert told("shipments", "return", sent.number, "TENT-2", code=2)["findings"][0]["field"] == "pieces"
    assert told("shipments", "show", "SH-0", code=2)["code"] == "not_found"
    assert told("shipments", "report", NUMBER, "delivered", "--at", "2026-03-02T20:00:00")["flagged"] == 1

    assert not Shipment.objects.filter(direction="return").exists()
    assert TrackingEvent.objects.get().flag == "unreadable"


def test_a_number_is_written_down_for_a_parcel(told: Any) -> None:
    sent = ship.sent(tracking_number="")

    told("shipments", "number", f"{sent.number}-1", "sf-1234567890123")

    assert told("shipments", "list", NUMBER)[0]["number"] == sent.number


def test_carriers_are_listed_shown_and_asked_for_prices(told: Any) -> None:
    sheets.service("quick", price=1_000)
    sheets.service("cheap", price=700, days=(6, 7))

    assert {row["code"] for row in told("carriers", "list")} == {"quick", "cheap"}
    shown = told("carriers", "show", "quick")
    assert shown["services"][0]["tariffs"][0]["version"] == 1
    asked = told("carriers", "quote", "杭州", "440106", "900", "--promised", "2026-03-06")
    assert asked["chosen"] == "quick"
    assert {one["service_code"]: one["price_minor"] for one in asked["options"]} == {"quick": 1_000, "cheap": 700}
    wrong = told("carriers", "quote", "杭州", "月球", "0", "--size", "1x2", code=2)
    assert [one["field"] for one in wrong["findings"]] == ["weight", "size", "destination"]


def test_a_sheet_is_checked_and_put_in_force_whole(told: Any, tmp_path: Path) -> None:
    sheets.service("quick")
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps({"destination": "省", "tiers": [{"base": "价"}]}), encoding="utf-8")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("省,价\n浙江,8\n全国,12\n", encoding="utf-8")
    order = ("carriers", "import", "quick", str(sheet), "--mapping", "flat", "--from", "2026-05-01")

    assert told("carriers", "mapping", "flat", str(mapping), "--name", "一口价") == {"mapping": "flat"}
    assert told(*order, "--check") == {"lanes": 2, "warnings": []}
    assert Tariff.objects.count() == 1
    assert told(*order)["version"] == 2
    assert "flat" in {row["code"] for row in told("carriers", "mappings")}


def test_a_sheet_with_overlapping_tiers_is_refused_with_every_row_and_nothing_counts(
    told: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheets.service("quick")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("目的地,重量从,重量到,基础价\n浙江,0,3,5\n浙江,2,,9\n月球,0,,1\n", encoding="utf-8")
    order = ("carriers", "import", "quick", str(sheet), "--from", "2026-05-01")

    refused = told(*order, code=2)
    assert {one["code"] for one in refused["findings"]} == {"tier_overlaps", "region_unknown"}
    assert main([*order]) == 2

    assert "rows.3.from_g" in capsys.readouterr().err
    assert Tariff.objects.count() == 1


def test_a_mapping_that_is_none_is_not_kept(told: Any, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"destination": "省", "tiers": []}', encoding="utf-8")

    assert told("carriers", "mapping", "flat", str(mapping), code=2)["findings"][0]["code"] == "tier_needed"
    mapping.write_text("no json", encoding="utf-8")
    assert told("carriers", "mapping", "flat", str(mapping), code=2)["code"] == "unfit_mapping"
    assert told("carriers", "mapping", "flat", str(tmp_path / "none"), code=2)["code"] == "not_found"

    assert not TariffMapping.objects.exists()


def test_words_are_printed_where_nobody_asks_for_data(capsys: pytest.CaptureFixture[str]) -> None:
    sheets.service("quick", price=1_000)
    number = ship.sent().number

    for words, said in (
        (("shipments", "list"), number),
        (("shipments", "show", number), "TENT-2"),
        (("shipments", "track", number), NUMBER),
        (("carriers", "list"), "quick"),
        (("carriers", "show", "quick"), "version 1 from 2026-01-01"),
        (("carriers", "quote", "杭州", "广州", "900"), "10.00 CNY"),
        (("carriers", "mappings"), "first_additional"),
    ):
        assert main([*words]) == 0
        assert said in capsys.readouterr().out
