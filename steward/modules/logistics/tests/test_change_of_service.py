"""What a shipment keeps, and what it does not, when another service carries it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.logistics.commands import packing, picking, shipment_services
from steward.modules.logistics.models import Parcel, Service, ServiceChoice, Shipment, TrackingEvent
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.tests import sheets, ship
from tests import make

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()


def _services() -> int:
    """Let two carriers carry: the first at 5 yuan in 5 or 6 days, the other at 9 in 1 or 2. Returns the first's id."""
    slow = sheets.service("slow", price=500, days=(5, 6))
    sheets.service("fast", price=900, days=(1, 2))
    return slow


def _change(number: str, service: str) -> Shipment:
    shipment_services.change_service(make.TESTER, number=number, service=service, reason="客户催", now=make.NOW)
    return Shipment.objects.get(number=number)


def test_price_day_and_label_are_the_new_services() -> None:
    number = ship.packed(service_id=_services(), tracking_number="")
    Shipment.objects.update(labels_printed_at=make.NOW)
    before = Shipment.objects.get()

    after = _change(number, "fast")

    assert (before.price_minor, after.price_minor) == (500, 900)
    assert before.expected_date is not None
    assert after.expected_date is not None
    assert after.expected_date < before.expected_date
    assert after.labels_printed_at is None


def test_numbers_another_carrier_gave_are_given_back_with_all_that_was_said_under_them() -> None:
    number = ship.packed(service_id=_services())
    ship.heard(ship.said("announced", hours=1), ship.said("picked_up", hours=2))

    _change(number, "fast")

    parcel = Parcel.objects.select_related("carrier").get()
    assert parcel.carrier is not None
    assert (parcel.carrier.code, parcel.tracking_number, parcel.state) == ("fast", "", "")
    assert not TrackingEvent.objects.exclude(parcel=None).exists()


def test_another_service_of_the_same_carrier_keeps_the_number() -> None:
    number = ship.packed(service_id=_services())
    sheets.service("slow-night", carrier="slow", price=700, days=(2, 3))

    after = _change(number, "slow-night")

    assert (after.price_minor, Parcel.objects.get().tracking_number) == (700, "SF1234567890123")


def test_the_service_it_has_already_changes_nothing_but_the_record() -> None:
    number = ship.packed(service_id=_services())
    Shipment.objects.update(labels_printed_at=make.NOW)

    after = _change(number, "slow")

    assert (after.labels_printed_at, Parcel.objects.get().tracking_number) == (make.NOW, "SF1234567890123")
    assert ServiceChoice.objects.get().reason == "客户催"


def test_a_service_without_a_price_leaves_none_of_the_old_one() -> None:
    number = ship.planned(service_id=_services(), promised=TODAY + timedelta(days=4))
    picking.scan_piece(make.TESTER, number=number, code=ship.SKU, now=make.NOW)
    unpriced: Service = ship.service("sf-std")

    packing.pack_shipment(
        make.TESTER, number=number, parcels=[ParcelDraft(weight_g=900)], now=make.NOW, service_id=unpriced.id
    )

    after = Shipment.objects.get()
    assert (after.service_id, after.price_minor, after.expected_date) == (unpriced.id, 0, TODAY + timedelta(days=4))


def test_what_is_packed_for_another_service_costs_what_that_one_asks() -> None:
    number = ship.planned(service_id=_services())
    picking.scan_piece(make.TESTER, number=number, code=ship.SKU, now=make.NOW)
    fast = Service.objects.get(code="fast")

    packing.pack_shipment(
        make.TESTER, number=number, parcels=[ParcelDraft(weight_g=900)], now=make.NOW, service_id=fast.id
    )

    assert Shipment.objects.get().price_minor == 900
