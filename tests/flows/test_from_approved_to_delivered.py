"""An order's goods from its approval to the buyer's door, through the doors people, carriers and buyers use."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from steward.kernel import moment
from steward.modules.logistics.commands.tracking_sources import save_source, stop_source
from steward.modules.logistics.models import Shipment, TrackingEvent
from steward.modules.logistics.tests import ship
from steward.modules.messaging.models import Message
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db
SALT = "a-salt-nobody-knows"
NUMBER = "SF1234567890123"


def _push(state: str, at: str, *, salt: str = SALT, text: str = "x", carrier: str = "shunfeng") -> Any:
    """Push as kuaidi100 does."""
    event = {"context": text, "ftime": at, "areaCode": "CN330106000000", "statusCode": state}
    param = json.dumps({"lastResult": {"nu": NUMBER, "com": carrier, "state": state, "data": [event]}})
    sign = hashlib.md5((param + salt).encode(), usedforsecurity=False).hexdigest().upper()
    return Client().post(
        "/webhooks/tracking/kd100",
        urlencode({"param": param, "sign": sign}),
        content_type="application/x-www-form-urlencoded",
    )


def test_a_parcel_goes_from_the_table_to_the_door_and_the_order_completes_itself() -> None:
    save_source(make.TESTER, code="kd100", name="快递100", format_="kuaidi100", secret=SALT)
    with moment.frozen(make.NOW):
        number = ship.planned()
        desk = make.browser("admin")
        desk.post(f"/shipping/table/{number}/scan", {"code": "TENT-2"})
        desk.post(f"/shipping/table/{number}/pack", {"weight": "2400", "tracking_number": NUMBER})
        desk.post("/shipping/hand-over", {"number": number, "taken_by": "李师傅"})
        make.settle()
    with moment.frozen(make.NOW + timedelta(hours=30)):
        for state, at in (("3", "2026-03-03 15:10:00"), ("5", "2026-03-03 09:00:00"), ("103", "2026-03-02 19:00:00")):
            assert _push(state, at).json()["result"] is True
            make.settle()

    order = Order.objects.get()
    assert (Shipment.objects.get().state, order.state, order.fulfilment_state) == (
        "delivered",
        "completed",
        "delivered",
    )
    told = set(Message.objects.filter(subject_id=order.id).values_list("template", flat=True))
    assert {"order_shipped", "order_delivered"} <= told
    assert "order_delayed" not in told


def test_what_nobody_signed_or_who_is_believed_no_longer_moves_nothing() -> None:
    save_source(make.TESTER, code="kd100", name="快递100", format_="kuaidi100", secret=SALT)
    ship.sent()

    assert _push("3", "2026-03-03 15:10:00", salt="another").status_code == 401
    stop_source(make.TESTER, code="kd100")
    assert _push("3", "2026-03-03 15:10:00").status_code == 404
    assert Client().get("/webhooks/tracking/kd100").status_code == 405

    assert not TrackingEvent.objects.exists()
    assert ship.where()[0] == "handed_over"


def test_a_source_of_one_carrier_moves_no_parcel_of_another_by_naming_none() -> None:
    save_source(make.TESTER, code="kd100", name="快递100", format_="kuaidi100", secret=SALT, carrier_code="yto")
    ship.sent()

    assert _push("3", "2026-03-03 15:10:00", carrier="").json()["result"] is True
    assert _push("3", "2026-03-03 15:10:00", carrier="shunfeng").json()["result"] is True

    assert TrackingEvent.objects.get().carrier_code == "yto"
    assert ship.where()[0] == "handed_over"
