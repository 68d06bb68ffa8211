"""What is believed of whom, and that the same event is the same however it is told."""

from __future__ import annotations

import json
from datetime import timedelta, timezone

import pytest
from msgspec import structs

from steward.modules.logistics.commands import packing, polling, tracking_sources
from steward.modules.logistics.commands.reporting import believed
from steward.modules.logistics.models import TrackingEvent, TrackingSource
from steward.modules.logistics.tests import ship
from tests import make
from tests.peers.message_carrier import MessageCarrier

pytestmark = pytest.mark.django_db
SHANGHAI = timezone(timedelta(hours=8))


def test_of_a_source_of_one_carrier_what_it_says_of_others_is_left_out_and_blanks_are_its_own() -> None:
    said = [ship.said("delivered", carrier_code=code) for code in ("", "yto", "sf")]

    assert [one.carrier_code for one in believed(said, carrier_code="yto")] == ["yto", "yto"]
    assert [one.carrier_code for one in believed(said, carrier_code="")] == ["", "yto", "sf"]


def test_a_polled_source_of_one_carrier_moves_no_other_carriers_parcel() -> None:
    item_id = make.item(stock=10)
    ship.sent(item_id=item_id)
    of_yto = ship.service("yto-std", carrier="yto").id
    ship.sent("A-2", item_id=item_id, tracking_number="YT1", service_id=of_yto)
    at = (make.NOW + timedelta(hours=5)).isoformat()
    events = [{"tracking_number": number, "code": "delivered", "at": at} for number in ("SF1234567890123", "YT1")]
    asked: list[bytes] = []

    def answer(path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        asked.append(body)
        return 200, json.dumps({"data": events}).encode()

    with MessageCarrier(answer) as peer:
        tracking_sources.save_source(
            make.TESTER, code="yto", name="圆通", format_="standard", carrier_code="yto", poll_url=peer.address
        )
        polling.poll_source(make.TESTER, source=TrackingSource.objects.get(), now=make.NOW + timedelta(hours=6))

    assert json.loads(asked[0]) == {"tracking_numbers": ["YT1"]}
    # It named no carrier, so that only its own parcel was meant.
    assert (ship.where()[0], ship.where("YT1")[0]) == ("handed_over", "delivered")


def test_an_event_without_a_code_of_its_own_stays_the_same_when_the_whole_moves_on() -> None:
    ship.sent()
    newest = ship.said("5", text="派送中", inferred=True)

    ship.heard(newest)
    again = ship.heard(structs.replace(newest, codes=("0",)))

    assert (again.new, again.repeated) == (0, 1)


def test_an_event_told_before_and_after_its_parcel_was_known_is_one() -> None:
    report = ship.said("picked_up", hours=2)
    ship.heard(report)
    shipment = ship.sent(tracking_number="")
    code, number = f"{shipment.number}-1", report.tracking_number
    packing.assign_tracking(make.TESTER, parcel_code=code, tracking_number=number, now=make.NOW)

    assert ship.heard(report).repeated == 1
    assert TrackingEvent.objects.get().parcel_id is not None


def test_one_instant_is_one_event_in_whatever_zone_it_is_written() -> None:
    ship.sent()
    report = ship.said("delivered", hours=20)
    assert report.at is not None

    ship.heard(report, structs.replace(report, at=report.at.astimezone(SHANGHAI)))

    assert TrackingEvent.objects.count() == 1
