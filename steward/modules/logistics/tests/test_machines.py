"""What machines at the packing table do for a shipment: a real peer on the loopback weighs and prints."""

from __future__ import annotations

import pytest

from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.logistics.commands import machines, picking
from steward.modules.logistics.models import Parcel, Shipment
from steward.modules.logistics.ports import MachineSilent
from steward.modules.logistics.tests import ship
from tests import make
from tests.peers.packing_table import PackingTable

pytestmark = pytest.mark.django_db


def _picked() -> str:
    number = ship.planned()
    picking.scan_piece(make.TESTER, number=number, code=ship.SKU, now=make.NOW)
    return number


def test_a_weight_comes_in_and_the_label_goes_out() -> None:
    number = _picked()

    with PackingTable("S S      2.415 kg") as table:
        codes = machines.pack_by_scale(
            make.TESTER, number=number, scale=table.scale, printer=table.printer, tracking_number="SF7", now=make.NOW
        )
        label = table.printed()

    parcel = Parcel.objects.get()
    assert (codes, parcel.weight_g, parcel.shipment.state) == ([f"{number}-1"], 2_415, "packed")
    assert label.startswith("^XA")
    assert "文三路" in label
    assert Event.objects.get(kind="logistics.labels_printed").data["number"] == number
    assert Shipment.objects.get().labels_printed_at == make.NOW


@pytest.mark.parametrize("weight", ["S D      2.415 kg", "S S      0.000 kg", "S S     -0.100 kg"])
def test_a_scale_that_moves_or_is_empty_packs_nothing(weight: str) -> None:
    number = _picked()

    with PackingTable(weight) as table, pytest.raises(machines.NotSteady):
        machines.pack_by_scale(make.TESTER, number=number, scale=table.scale, now=make.NOW)

    assert Shipment.objects.get().state == "picking"


def test_a_printer_that_is_silent_leaves_the_shipment_packed_and_its_label_to_be_printed_again() -> None:
    number = _picked()
    with PackingTable() as gone:
        silent = gone.printer

    with PackingTable("S S      1.000 kg") as table:
        with pytest.raises(MachineSilent):
            machines.pack_by_scale(make.TESTER, number=number, scale=table.scale, printer=silent, now=make.NOW)
        assert Shipment.objects.get().state == "packed"
        machines.print_on_machine(make.TESTER, number=number, printer=table.printer, now=make.NOW)
        assert table.printed().startswith("^XA")


def test_who_may_not_ship_asks_no_machine() -> None:
    number = _picked()

    with PackingTable() as table, pytest.raises(NotPermitted):
        machines.pack_by_scale(make.clerk_lin(), number=number, scale=table.scale, now=make.NOW)

    assert not Parcel.objects.exists()
