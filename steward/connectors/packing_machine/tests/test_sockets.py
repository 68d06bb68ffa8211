"""How scales and printers on the local network are spoken to: a real peer answers."""

from __future__ import annotations

import pytest

from steward.connectors.packing_machine import machine
from steward.modules.logistics.ports import MachineSilent
from tests.peers.packing_table import PackingTable


def test_a_steady_weight_is_read_in_grams() -> None:
    with PackingTable("S S      2.415 kg") as table:
        assert (machine.weigh(table.scale).weight_g, machine.weigh(table.scale).is_steady) == (2_415, True)


def test_a_moving_scale_says_so() -> None:
    with PackingTable("S D       380 g") as table:
        found = machine.weigh(table.scale)

    assert (found.weight_g, found.is_steady) == (380, False)


def test_a_label_arrives_as_it_is() -> None:
    with PackingTable() as table:
        machine.print_label(table.printer, "^XA^FD杭州^FS^XZ")
        assert table.printed() == "^XA^FD杭州^FS^XZ"


@pytest.mark.parametrize("answer", ["", "ES", "S I"])
def test_nonsense_is_no_weight(answer: str) -> None:
    with PackingTable(answer) as table, pytest.raises(MachineSilent):
        machine.weigh(table.scale)


@pytest.mark.parametrize("address", ["8.8.8.8:9100", "example.com:9100", "127.0.0.1:0", "127.0.0.1"])
def test_only_machines_in_the_house_are_spoken_to(address: str) -> None:
    with pytest.raises(MachineSilent):
        machine.weigh(address)
