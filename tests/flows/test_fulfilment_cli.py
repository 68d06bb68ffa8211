"""`steward fulfilment`: what an operator types sets goods aside, plans a wave and carries it out."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from steward.interfaces.cli import main
from steward.kernel import moment
from steward.modules.fulfilment.models import Allocation, Wave
from steward.modules.fulfilment.tests import house
from steward.modules.fulfilment.tests.test_waves import competing
from steward.modules.orders.models import Order
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Let the operator work on the day of the tests."""
    with moment.frozen(make.NOW):
        yield


def test_an_operator_sets_goods_aside_and_gives_them_back(capsys: pytest.CaptureFixture[str]) -> None:
    house.warehouses()
    house.stock(make.item(), hangzhou=5)
    number = Order.objects.get(id=house.approved()).number

    assert main(["fulfilment", "allocate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["placed"] == 1
    assert main(["fulfilment", "deallocate", number, "--reason", "wrong"]) == 0

    assert Allocation.objects.get().state == "ended"


def test_an_operator_plans_a_wave_and_carries_it_out(capsys: pytest.CaptureFixture[str]) -> None:
    competing()

    assert main(["fulfilment", "wave", "--method", "flow", "--seconds", "5", "--json"]) == 0
    planned = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert planned["after"]["served"] == 3
    assert main(["fulfilment", "apply", planned["wave"]]) == 0

    assert Wave.objects.get().state == "applied"


def test_an_unknown_order_is_refused_with_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fulfilment", "allocate", "SO-0"]) == 2

    assert "SO-0" in capsys.readouterr().err
