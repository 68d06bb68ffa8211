"""Carriers through the API: prices, choices, tariffs, decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from steward.kernel import moment
from steward.modules.logistics.models import Tariff
from steward.modules.logistics.tests import sheets
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
PARCEL = {"origin_district": "330110", "destination_district": "440106", "weight_g": 1200}
MAY = ("logistics.quote", "logistics.carriers")


def sent(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    return caller.post(path, msgspec.json.encode(body))


def test_prices_come_per_parcel_the_cheapest_first() -> None:
    sheets.service("dear", price=900)
    sheets.service("cheap", price=500)
    answer = sent(Caller(*MAY), "quotes", {"parcels": [PARCEL]})
    assert [one["service_code"] for one in answer.json()["parcels"][0]] == ["cheap", "dear"]


def test_a_choice_names_its_cause_its_alternatives_and_who_is_out() -> None:
    sheets.service("slow", price=500, days=(8, 9))
    sheets.service("fast", price=900, days=(1, 2))
    sheets.service("cold", storage_classes=["chilled"])
    promised = (moment.now() + timedelta(days=4)).date().isoformat()
    (found,) = sent(Caller(*MAY), "service-choices", {"parcels": [{**PARCEL, "promised_date": promised}]}).json()[
        "choices"
    ]
    assert (found["service_code"], found["cause"]) == ("fast", "cheapest_on_time")
    assert {one["service_code"]: one["verdict"] for one in found["options"]} == {"fast": "chosen", "slow": "unsure"}
    assert [one["reason"] for one in found["out"]] == ["storage_class"]


def test_a_tariff_with_a_gap_is_refused_and_one_without_counts() -> None:
    sheets.service("quick")
    lane: dict[str, Any] = {
        "region": "",
        "tiers": [{"to_g": 1000, "base_minor": 500}, {"from_g": 2000, "base_minor": 9}],
    }
    body: dict[str, Any] = {"valid_from": "2030-01-01", "lanes": [lane]}
    caller = Caller(*MAY)
    refused = sent(caller, "carrier-services/quick/tariffs", body)
    assert refused.status_code == 422
    assert [one["code"] for one in refused.json()["findings"]] == ["tier_gap"]
    assert Tariff.objects.count() == 1
    lane["tiers"][1]["from_g"] = 1000
    assert sent(caller, "carrier-services/quick/tariffs", body).json() == {"service": "quick", "version": 2}


def test_a_decision_needs_the_permission_and_a_day_to_look_again() -> None:
    sheets.service("quick")
    body = {"verb": "probate", "reason": "late", "review_date": ""}
    assert sent(Caller("logistics.quote"), "carriers/quick/decisions", body).status_code == 403
    caller = Caller(*MAY)
    assert sent(caller, "carriers/quick/decisions", body).json()["code"] == "review_date_unfit"
    body["review_date"] = (moment.now() + timedelta(days=9)).date().isoformat()
    assert sent(caller, "carriers/quick/decisions", body).json()["state"] == "probation"


def test_a_sheet_is_read_by_a_mapping_that_was_kept_checked_and_put_in_force() -> None:
    sheets.service("quick")
    caller = Caller(*MAY)
    content = {"destination": "省", "tiers": [{"base": "价"}]}
    kept = caller.put("tariff-mappings/flat", {"name": "一口价", "content": content})
    body = {"mapping": "flat", "cells": "省,价\n浙江,8\n全国,12\n", "valid_from": "2030-01-01"}

    checked = sent(caller, "carrier-services/quick/tariff-sheets", body | {"check": True})
    assert (checked.json()["version"], checked.json()["lanes"], Tariff.objects.count()) == (None, 2, 1)
    made = sent(caller, "carrier-services/quick/tariff-sheets", body)

    assert kept.json()["content"] == content
    assert made.json()["version"] == 2
    assert [one["code"] for one in caller.get("tariff-mappings").json()["rows"]][-1] == "flat"


def test_a_sheet_with_overlapping_tiers_and_a_mapping_that_is_none_leave_nothing_behind() -> None:
    sheets.service("quick")
    caller = Caller(*MAY)
    cells = "目的地,重量从,重量到,基础价\n浙江,0,3,5\n浙江,2,,9\n"

    for extra in ({"check": True}, {}):
        body = {"cells": cells, "valid_from": "2030-01-01", **extra}
        answer = sent(caller, "carrier-services/quick/tariff-sheets", body)
        assert answer.status_code == 422
        found = [(one["field"], one["code"]) for one in answer.json()["findings"]]
        assert found == [("rows.3.from_g", "tier_overlaps")]
    wrong = caller.put("tariff-mappings/flat", {"name": "x", "content": {"destination": "省", "tiers": []}})

    assert wrong.json()["findings"][0]["code"] == "tier_needed"
    assert Tariff.objects.count() == 1
    assert caller.get("tariff-mappings").json()["rows"][-1]["shipped"]
