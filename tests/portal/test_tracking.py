"""What whoever holds an order's link sees of its parcels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.interfaces.portal import throttle
from steward.kernel import moment
from steward.modules.logistics.models import Shipment
from steward.modules.logistics.queries.journeys import journeys
from steward.modules.logistics.rules.route_map import projected, without_repeats
from steward.modules.logistics.tests import ship
from tests import make
from tests.portal.test_links import address, phone


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    throttle.tries.clear()


def _page(order_id: int, hours: float = 30) -> str:
    with moment.frozen(make.NOW + timedelta(hours=hours)):
        answer = phone().get(address("order", order_id))
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.django_db
def test_a_parcel_on_its_way_is_shown_on_a_map_without_its_recipient() -> None:
    shipment = ship.sent(promised=make.NOW.date() + timedelta(days=400))
    Shipment.objects.update(district_code="510107", expected_date=None)
    ship.heard(
        ship.said("picked_up", hours=3, place="杭州转运中心", text="文三路 90 号 张三 13812345521 已揽收"),
        ship.said("arrived", hours=20, district_code="420100"),
    )

    page = _page(shipment.order_id)

    assert "pt-map" in page
    assert all(city in page for city in ("杭州市", "武汉市", "成都市"))
    assert "SF1234567890123" in page
    assert not any(part in page for part in ("梅子", "13812345521", "张三", "文三路"))


@pytest.mark.django_db
def test_the_way_behind_ends_where_the_parcel_was_seen_last() -> None:
    shipment = ship.sent()
    Shipment.objects.update(district_code="510107")
    ship.heard(ship.said("arrived", hours=20, district_code="420100"))

    way = journeys(shipment.order_id)[0]

    assert [(stop.name, stop.is_passed) for stop in way.stops] == [
        ("杭州市", True),
        ("武汉市", True),
        ("成都市", False),
    ]
    assert len(way.passed.split()) == 2
    assert len(way.ahead.split()) == 2


@pytest.mark.django_db
def test_flagged_and_unknown_events_are_not_shown_to_buyers() -> None:
    shipment = ship.sent()
    ship.heard(ship.said("delivered", hours=500), ship.said("XQ7", hours=2))

    assert journeys(shipment.order_id)[0].seen == []


@pytest.mark.django_db
def test_the_big_sentence_says_when_the_parcel_comes() -> None:
    shipment = ship.sent()
    Shipment.objects.update(expected_date=make.NOW.date() + timedelta(days=2))

    assert "预计明天送达" in _page(shipment.order_id, hours=26)


def test_a_map_keeps_its_shapes_and_stays_in_its_frame() -> None:
    points = projected([(120.15, 30.28), (114.3, 30.6), (104.06, 30.67)], width=320, height=180, margin=28)

    assert points[0][0] > points[1][0] > points[2][0]
    assert all(28 <= x <= 292 and 28 <= y <= 152 for x, y in points)
    assert projected([(120.0, 30.0)], width=320, height=180, margin=28) == [(160.0, 90.0)]
    assert without_repeats(["3301", "3301", "", "4201", "3301"]) == ["3301", "4201", "3301"]
