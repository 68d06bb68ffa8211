"""One box brings pieces of several cases; a box that is called off lets its pieces come another way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.logistics.commands import shipments
from steward.modules.logistics.models import Shipment, ShipmentLine
from steward.modules.logistics.tests import ship
from steward.modules.returns.commands import deciding, following, parcels, receiving
from steward.modules.returns.commands.requesting import CaseReceipt
from steward.modules.returns.models import Parcel
from steward.modules.returns.queries.scanning import find_cases
from steward.modules.returns.tests import case
from tests import make

pytestmark = pytest.mark.django_db
BOX, OTHER = "SF7770000000001", "SF7770000000002"


def _announced(receipt: CaseReceipt, number: str = BOX) -> Parcel:
    draft = parcels.ParcelDraft(tracking_number=number, carrier="sf")
    id_ = parcels.announce_parcel(make.agent_wang(), case_id=receipt.id or 0, draft=draft, now=case.LATER)
    return Parcel.objects.get(id=id_)


def _lines() -> list[int]:
    return list(ShipmentLine.objects.filter(shipment__direction="return").values_list("quantity", flat=True))


def test_one_box_brings_pieces_of_two_cases_and_each_receives_its_own() -> None:
    order = case.delivered(2)
    first, second = case.opened(order), case.opened(order)

    boxes = {_announced(one).shipment_id for one in (first, second)}

    back = Shipment.objects.get(direction="return")
    assert (boxes, sum(_lines())) == ({back.id}, 2)
    assert find_cases(BOX) == [second.number, first.number]
    case.heard_on_its_way(BOX)
    assert [case.pieces(one)[0].reception for one in (first, second)] == ["in_transit"] * 2
    arrived = {case.pieces(first)[0].id: "receive"}
    receiving.receive_pieces(make.manager_zhao(), case_id=first.id or 0, arrived=arrived, now=case.LATER)
    assert [case.pieces(one)[0].reception for one in (first, second)] == ["received", "in_transit"]
    with pytest.raises(receiving.UnfitReceipt):
        receiving.receive_pieces(make.manager_zhao(), case_id=second.id or 0, arrived=arrived, now=case.LATER)


def test_who_joins_a_box_that_has_arrived_finds_their_pieces_there() -> None:
    order = case.delivered(2)
    first, second = case.opened(order), case.opened(order)
    _announced(first)
    case.heard_on_its_way(BOX, state="delivered")

    _announced(second)

    [piece] = case.pieces(second)
    parcel = Parcel.objects.get(case__number=second.number)
    assert (piece.reception, parcel.delivered_at) == (
        "in_transit",
        Parcel.objects.get(case__number=first.number).delivered_at,
    )


def test_one_box_brings_pieces_of_two_orders_of_one_customer() -> None:
    first, second = (case.opened(order) for order in case.two_orders())
    case.same_customer(first, second)

    boxes = {_announced(one).shipment_id for one in (first, second)}

    assert len(boxes) == 1
    case.heard_on_its_way(BOX)
    assert [case.pieces(one)[0].reception for one in (first, second)] == ["in_transit"] * 2


def test_a_withdrawn_case_leaves_the_box_and_its_pieces_can_be_announced_anew() -> None:
    order = case.delivered(2)
    first, second = case.opened(order), case.opened(order)
    _announced(first)
    _announced(second)

    deciding.withdraw_case(make.agent_wang(), case_id=first.id or 0, now=case.LATER)

    assert (_lines(), Shipment.objects.get(direction="return").state) == ([1], "planned")
    _announced(case.opened(order), OTHER)
    assert sum(_lines()) == 2


def test_a_box_nobody_sent_in_time_is_called_off_and_blocks_nothing() -> None:
    order = case.delivered(1)
    _announced(case.opened(order))
    following.lapse_cases(make.TESTER, now=case.LATER + timedelta(days=60))
    make.settle()

    again = _announced(case.opened(order))

    assert sorted(Shipment.objects.filter(direction="return").values_list("state", flat=True)) == [
        "cancelled",
        "planned",
    ]
    assert again.cancelled_at is None
    assert case.pieces(case.receipt_of(again))[-1].parcel_id == again.id


def test_a_box_that_logistics_calls_off_frees_its_pieces() -> None:
    receipt = case.opened(case.delivered(1))
    parcel = _announced(receipt)

    for _twice in range(2):
        make.settle()
        if Shipment.objects.get(number=parcel.shipment_number).state == "planned":
            shipments.cancel_shipment(make.TESTER, number=parcel.shipment_number, reason="没有寄出", now=case.LATER)

    parcel.refresh_from_db()
    assert (parcel.cancelled_at is not None, case.pieces(receipt)[0].parcel_id) == (True, None)
    assert _announced(receipt, OTHER).cancelled_at is None


def test_a_number_written_otherwise_is_the_same_box_of_the_same_case() -> None:
    receipt = case.opened(case.delivered(2), 2)
    first, second = case.pieces(receipt)
    wang, id_ = make.agent_wang(), receipt.id or 0
    for number, piece in ((BOX, first), ("sf 777-0000000001", second)):
        draft = parcels.ParcelDraft(tracking_number=number, carrier="sf", piece_ids=(piece.id,))
        parcels.announce_parcel(wang, case_id=id_, draft=draft, now=case.LATER)

    assert Parcel.objects.get().tracking_number == BOX


def test_a_case_whose_box_moves_is_not_withdrawn_although_nobody_has_told_it_yet() -> None:
    receipt = case.opened(case.delivered(1))
    _announced(receipt)
    ship.heard(ship.said("in_transit", hours=80, number=BOX))

    with pytest.raises(deciding.UnderWay):
        deciding.withdraw_case(make.agent_wang(), case_id=receipt.id or 0, now=case.LATER)

    assert case.pieces(receipt)[0].parcel_id is not None
