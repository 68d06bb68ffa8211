"""Service stations for programs: where, when, booked, served."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from steward.kernel import moment
from steward.modules.orders.models import Order
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
STATION = {
    "name": "杭州西湖站",
    "district_code": "330106",
    "address": "文三路 90 号",
    "calendar_code": "always",
    "services": {"repair": 60},
    "slot_min": 60,
    "latitude": 30.27,
    "longitude": 120.15,
}


def desk() -> Caller:
    return Caller("stations.view", "stations.book", "stations.counter", "stations.manage", "orders.view")


def free(days: int = 2) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        desk()
        .get("stations/hz/slots", service="repair", first=moment.now().date().isoformat(), days=days)
        .json()["rows"]
    )
    return found


def test_a_station_is_made_listed_by_distance_and_offers_times() -> None:
    assert desk().post("stations/hz", STATION).json()["services"] == {"repair": 60}
    far = STATION | {"name": "上海站", "latitude": 31.2, "longitude": 121.4}
    desk().post("stations/sh", far)
    rows = desk().get("stations", latitude=31.0, longitude=121.3, service="repair").json()["rows"]
    assert [row["code"] for row in rows] == ["sh", "hz"]
    assert rows[0]["distance_km"] < 30 < rows[1]["distance_km"]
    assert free()[0]["free"] == 1


def test_a_visit_is_booked_for_an_order_moved_checked_in_and_finished() -> None:
    desk().post("stations/hz", STATION)
    make.item(stock=1)
    number = make.order("A-1").number
    slots = free()
    body = {"service": "repair", "starts_at": slots[0]["starts_at"], "order_number": number}
    made = desk().post("stations/hz/appointments", body).json()
    assert made["customer_id"] == Order.objects.get().customer_id
    assert desk().post("stations/hz/appointments", body).json()["code"] == "booked_already"
    others = body | {"order_number": make.order("A-2", **make.somebody(7)).number}
    assert desk().post("stations/hz/appointments", others).json()["code"] == "slot_taken"
    moved = desk().post(f"appointments/{made['id']}/move", {"starts_at": slots[1]["starts_at"]}).json()
    assert (moved["code"], moved["starts_at"]) == (made["code"], slots[1]["starts_at"])
    tomorrow = desk().post(f"appointments/{made['id']}/move", {"starts_at": free(3)[-1]["starts_at"]})
    refused = desk().post(f"appointments/{made['id']}/arrive")
    assert (tomorrow.status_code, refused.json()["code"]) == (200, "not_expected_today")


def test_a_time_nobody_offers_is_refused_by_its_code() -> None:
    desk().post("stations/hz", STATION)
    at = (moment.now() - timedelta(days=1)).isoformat()
    answer = desk().post("stations/hz/appointments", {"service": "repair", "starts_at": at})
    assert (answer.status_code, answer.json()["code"]) == (409, "slot_not_offered")


def test_an_unfit_station_names_its_fields() -> None:
    answer = desk().post("stations/hz", STATION | {"calendar_code": "moon", "district_code": "33"})
    assert answer.status_code == 422
    assert Caller("stations.view").post("stations/hz", STATION).status_code == 403
