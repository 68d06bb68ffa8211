"""Several cases of an order announce one box at once, and several small ones are opened at once."""

from __future__ import annotations

from collections import Counter

import pytest

from steward.modules.logistics.models import Shipment, ShipmentLine
from steward.modules.returns.commands import parcels
from steward.modules.returns.models import Case, Parcel
from steward.modules.returns.tests import case
from tests import make
from tests.races.crowd import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
BOX = "SF7770000000001"


def test_a_box_that_several_cases_announce_at_once_is_one_shipment_with_all_their_pieces() -> None:
    order, agent = case.delivered(4), make.agent_wang()
    receipts = at_once(*[lambda: case.opened(order, by=agent)] * 4)
    assert Counter(one.state for one in receipts) == {"approved": 2, "requested": 2}
    granted = list(Case.objects.filter(state="approved").values_list("id", flat=True))
    draft = parcels.ParcelDraft(tracking_number=BOX, carrier="sf")

    def announce(case_id: int) -> int:
        return parcels.announce_parcel(agent, case_id=case_id, draft=draft, now=case.LATER)

    announced = at_once(*[lambda id_=id_: announce(id_) for id_ in granted])

    back = Shipment.objects.get(direction="return")
    assert len(set(announced)) == 2
    assert set(Parcel.objects.values_list("shipment_id", flat=True)) == {back.id}
    assert sum(ShipmentLine.objects.filter(shipment=back).values_list("quantity", flat=True)) == 2
