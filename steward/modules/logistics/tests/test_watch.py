"""How what goes wrong on the way is seen, told and worked before the customer asks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from steward.kernel import moment
from steward.modules.logistics.commands import ending, handing_over, shipments, trouble_desk, watching
from steward.modules.logistics.events import ShipmentEased, ShipmentTroubled
from steward.modules.logistics.models import Delivery, Shipment
from steward.modules.logistics.rules.watch import Watched, trouble_of
from steward.modules.logistics.tests import ship
from steward.modules.messaging.models import Message
from steward.modules.orders.models import Detector, ExceptionCase, Order
from tests import make

HOUR, DAY = 3_600, 86_400
LIMITS = {
    "parcel_lost": 0,
    "parcel_damaged": 0,
    "delivery_failed": 0,
    "delivery_late": 0,
    "parcel_stuck": 3 * DAY,
    "not_picked_up": DAY,
}


def _sees(state: str, *, limits: dict[str, int] | None = None, **facts: object) -> str:
    known = {
        "direction": "outbound",
        "packed_at": None,
        "handed_over_at": None,
        "last_event_at": None,
        "promised_date": None,
        "expected_date": None,
    }
    one = Watched(state=state, **(known | facts))  # type: ignore[arg-type]
    return trouble_of(one, LIMITS if limits is None else limits, now=make.NOW, today=make.NOW.date())


def _ago(hours: float) -> object:
    return make.NOW - timedelta(hours=hours)


def test_what_is_packed_and_not_picked_up_is_seen_after_its_limit() -> None:
    assert _sees("packed", packed_at=_ago(25)) == "not_picked_up"
    assert _sees("packed", packed_at=_ago(23)) == ""
    assert _sees("handed_over", handed_over_at=_ago(25)) == "not_picked_up"
    assert _sees("handed_over", handed_over_at=_ago(25), last_event_at=_ago(2)) == ""


def test_what_nobody_saw_for_long_is_stuck() -> None:
    assert _sees("in_transit", last_event_at=_ago(73)) == "parcel_stuck"
    assert _sees("in_transit", last_event_at=_ago(71)) == ""
    assert _sees("delivered", last_event_at=_ago(500)) == ""


def test_a_delay_is_seen_as_soon_as_the_carrier_expects_it() -> None:
    today = make.NOW.date()
    promised = today + timedelta(days=2)

    assert _sees("in_transit", last_event_at=_ago(1), promised_date=promised, expected_date=promised) == ""
    later = promised + timedelta(days=1)
    assert _sees("in_transit", last_event_at=_ago(1), promised_date=promised, expected_date=later) == "delivery_late"
    assert _sees("in_transit", last_event_at=_ago(1), promised_date=today - timedelta(days=1)) == "delivery_late"


def test_the_gravest_trouble_counts_and_what_is_switched_off_does_not() -> None:
    assert _sees("lost", last_event_at=_ago(400), promised_date=date(2026, 1, 1)) == "parcel_lost"
    assert _sees("lost", limits={}) == ""


@pytest.mark.django_db
def test_a_failed_delivery_is_told_to_the_buyer_and_brought_to_the_desk_at_once() -> None:
    with moment.frozen(make.NOW + timedelta(hours=30)):
        shipment = ship.sent()
        make.settle()
        ship.heard(ship.said("failed_attempt", hours=20), hours=30)
        make.settle()

    case = ExceptionCase.objects.get(detector__code="delivery_failed")
    assert (case.order_id, case.state) == (shipment.order_id, "open")
    told = list(Message.objects.filter(subject_id=shipment.order_id).values_list("template", flat=True))
    assert told.count("order_shipped") == 1
    assert told.count("order_delayed") == 1


@pytest.mark.django_db
def test_what_is_delivered_after_all_leaves_the_desk_and_the_buyer_hears_each_thing_once() -> None:
    with moment.frozen(make.NOW + timedelta(hours=60)):
        shipment = ship.sent()
        reports = [
            ship.said("failed_attempt", hours=20),
            ship.said("out_for_delivery", hours=40),
            ship.said("delivered", hours=44),
        ]
        for report in (*reports, *reports):
            ship.heard(report, hours=60)
            make.settle()

    assert ExceptionCase.objects.get(detector__code="delivery_failed").state == "solved"
    told = sorted(Message.objects.filter(subject_id=shipment.order_id).values_list("template", flat=True))
    assert told == [
        "order_delayed",
        "order_delivered",
        "order_out_for_delivery",
        "order_received",
        "order_shipped",
    ]
    assert Shipment.objects.get().trouble == ""


def _troubled(shipment: Shipment) -> ShipmentTroubled:
    return ShipmentTroubled(
        order_id=shipment.order_id,
        shipment_id=shipment.id,
        number=shipment.number,
        direction=shipment.direction,
        trouble="delivery_failed",
        since=make.NOW,
    )


def _eased(shipment: Shipment) -> ShipmentEased:
    return ShipmentEased(
        order_id=shipment.order_id, shipment_id=shipment.id, number=shipment.number, trouble="delivery_failed"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", ["", "parcel_lost"])
def test_a_trouble_that_is_heard_of_after_it_ended_is_not_brought_to_the_desk(trouble: str) -> None:
    shipment = ship.sent()
    Shipment.objects.filter(id=shipment.id).update(trouble=trouble)

    trouble_desk.close_troubles(make.TESTER, heard=[_eased(shipment)], now=make.NOW)
    opened = trouble_desk.open_troubles(make.TESTER, heard=[_troubled(shipment)], now=make.NOW)

    assert (opened, ExceptionCase.objects.filter(detector__code="delivery_failed").count()) == (0, 0)


@pytest.mark.django_db
def test_an_end_that_is_heard_of_after_the_trouble_came_back_leaves_it_on_the_desk() -> None:
    shipment = ship.sent()
    Shipment.objects.filter(id=shipment.id).update(trouble="delivery_failed")
    assert trouble_desk.open_troubles(make.TESTER, heard=[_troubled(shipment)], now=make.NOW) == 1

    closed = trouble_desk.close_troubles(make.TESTER, heard=[_eased(shipment)], now=make.NOW)

    assert (closed, ExceptionCase.objects.get(detector__code="delivery_failed").state) == (0, "open")


@pytest.mark.django_db
def test_the_watch_run_twice_finds_a_stuck_parcel_once() -> None:
    ship.sent()
    ship.heard(ship.said("picked_up", hours=2))
    later = make.NOW + timedelta(days=5)

    assert watching.watch_all(make.TESTER, now=later) == 1
    assert watching.watch_all(make.TESTER, now=later) == 0

    assert Shipment.objects.get().trouble == "parcel_stuck"


@pytest.mark.django_db
def test_what_is_called_off_is_in_trouble_no_longer_and_leaves_the_desk() -> None:
    with moment.frozen(make.NOW + timedelta(days=3)):
        number = ship.packed()
        watching.watch_all(make.TESTER, now=make.NOW + timedelta(days=3))
        make.settle()
        assert ExceptionCase.objects.get(detector__code="not_picked_up").state == "open"

        shipments.cancel_shipment(make.TESTER, number=number, reason="换仓", now=make.NOW)
        make.settle()

    assert ExceptionCase.objects.get(detector__code="not_picked_up").state == "solved"
    assert Shipment.objects.get().trouble == ""


@pytest.mark.django_db
def test_a_limit_changed_on_the_desk_counts_for_the_watch() -> None:
    ship.packed()
    Detector.objects.filter(code="not_picked_up").update(limits={"after_s": HOUR})

    assert watching.watch_all(make.TESTER, now=make.NOW + timedelta(hours=2)) == 1


@pytest.mark.django_db
def test_what_became_of_a_parcel_is_kept_for_the_scorecard_once() -> None:
    shipment = ship.sent(promised=make.NOW.date() + timedelta(days=2))
    ship.heard(ship.said("delivered", hours=50))

    for _ in range(2):
        ending.record_ends(make.TESTER, shipment_ids={shipment.id}, now=make.NOW)

    kept = Delivery.objects.get()
    assert (kept.reference, kept.outcome, kept.transit_days) == (f"{shipment.number}-1", "delivered", 2)


@pytest.mark.django_db
def test_nothing_of_a_drill_is_told_to_anybody() -> None:
    with moment.frozen(make.NOW):
        shipment = ship.packed()
        Shipment.objects.filter(number=shipment).update(simulated=True)
        Order.objects.update(simulated=True)
        handing_over.hand_over(make.TESTER, numbers=[shipment], now=make.NOW)
        make.settle()

    assert set(Message.objects.filter(template="order_shipped").values_list("state", flat=True)) == {"suppressed"}
