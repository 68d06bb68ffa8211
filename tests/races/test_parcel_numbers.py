"""A carrier's number belongs to one parcel, and what is reported while it is being written is not lost."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction

from steward.modules.logistics.commands import adopting, packing
from steward.modules.logistics.commands.parcel_numbers import NumberTaken
from steward.modules.logistics.models import Parcel, TrackingEvent
from steward.modules.logistics.tests import ship
from tests import make
from tests.races.crowd import at_once, behind

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NUMBER = "SF1234567890123"


def test_of_two_who_write_the_same_number_at_once_one_is_told_in_words() -> None:
    item_id = make.item(stock=10)
    codes = [f"{ship.sent(name, item_id=item_id, tracking_number='').number}-1" for name in ("A-1", "A-2")]
    write = partial(packing.assign_tracking, make.TESTER, tracking_number=NUMBER, now=make.NOW)

    def second() -> str:
        try:
            write(parcel_code=codes[1])
        except NumberTaken as refusal:
            return str(refusal)
        return ""

    assert NUMBER in behind(lambda: write(parcel_code=codes[0]), second)
    assert list(Parcel.objects.order_by("id").values_list("tracking_number", flat=True)) == [NUMBER, ""]


def test_what_is_reported_while_its_number_is_being_written_counts_at_the_next_look() -> None:
    shipment = ship.sent(tracking_number="")
    with transaction.atomic():
        packing.assign_tracking(make.TESTER, parcel_code=f"{shipment.number}-1", tracking_number=NUMBER, now=make.NOW)
        at_once(lambda: ship.heard(ship.said("picked_up", hours=2)))
    assert TrackingEvent.objects.get().parcel_id is None

    assert adopting.adopt_late(make.TESTER, now=make.NOW) == 1

    assert ship.where() == ("in_transit", "in_transit")
