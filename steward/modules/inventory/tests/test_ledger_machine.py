"""Whatever happens to stock, in any order: the ledgers prove every balance, and nothing is sold twice.

Random movements, promises, reservations, releases, shipments, transfers of condition and cancellations, each refused or
done as a whole, checked after every step against a model that only adds up.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from steward.kernel import memory
from steward.kernel.errors import Refusal
from steward.modules.inventory import queries
from steward.modules.inventory.commands import promising
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.regrading import Regrade, regrade_stock
from steward.modules.inventory.commands.reserving import Placement, release_some, ship_reservations
from steward.modules.inventory.models import Movement, Promise, Reservation, Stock
from steward.modules.inventory.tests import stage
from tests import make

PLACES = ("hangzhou", "chengdu")
ORDERS = st.integers(1, 6)
UNITS = st.integers(1, 5)
CHOICE = st.integers(0, 1_000)


class Ledger(RuleBasedStateMachine):
    """Two items in two warehouses and six orders."""

    def __init__(self) -> None:
        super().__init__()
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()
        memory.forget_everything()  # the rows of the example before are gone
        self.items = [make.item("M-1"), make.item("M-2")]
        make.cost("M-1", "M-2")
        self.on_hand: Counter[int] = Counter()
        self.shipped: Counter[int] = Counter()
        for place in PLACES:
            for item in self.items:
                make.arrival(item, 4, warehouse=place)
                self.on_hand[item] += 4

    def teardown(self) -> None:
        """Forget everything that happened."""
        transaction.set_rollback(True)
        self._savepoint.__exit__(None, None, None)

    @rule(item=CHOICE, place=st.sampled_from(PLACES), units=st.integers(-4, 5))
    def move(self, item: int, place: str, units: int) -> None:
        """Bring goods, or take them off the shelf; what is promised or set aside stays."""
        chosen = self.items[item % 2]
        draft = MovementDraft(place, chosen, "adjusted", units, "", "盘点")
        if _done(record_movements, movements=[draft]):
            self.on_hand[chosen] += units

    @rule(order=ORDERS, item=CHOICE, units=UNITS)
    def promise(self, order: int, item: int, units: int) -> None:
        """Promise an order what it wants, once."""
        if not queries.orders_holding([order]):
            stage.promise(make.TESTER, order_id=order, units={self.items[item % 2]: units})

    @rule(order=ORDERS, row=CHOICE, units=UNITS)
    def reserve(self, order: int, row: int, units: int) -> None:
        """Set goods of any row aside for any order; only what was promised and is free is given."""
        rows = list(Stock.objects.order_by("id"))
        chosen = rows[row % len(rows)]
        stage.reserve(make.TESTER, placements=[Placement(order, None, chosen.item_id, chosen.id, units)])

    @rule(order=ORDERS)
    def cancel(self, order: int) -> None:
        """Give back everything an order holds."""
        stage.release(make.TESTER, order_id=order)

    @rule(order=ORDERS, item=CHOICE, left=st.integers(0, 3))
    def lower(self, order: int, item: int, left: int) -> None:
        """Let an order want less."""
        with transaction.atomic():
            promising.lower_promises(still_wanted={order: {self.items[item % 2]: left}})

    @rule(which=CHOICE)
    @precondition(lambda self: Reservation.objects.filter(state="open").exists())
    def unreserve(self, which: int) -> None:
        """Give back one reservation; the promise stays."""
        ids = list(Reservation.objects.filter(state="open").order_by("id").values_list("id", flat=True))
        with transaction.atomic():
            release_some(reservation_ids=[ids[which % len(ids)]])

    @rule(which=CHOICE)
    @precondition(lambda self: Reservation.objects.exists())
    def ship(self, which: int) -> None:
        """Let any reservation leave, also one that has left or was given back."""
        rows = list(Reservation.objects.order_by("id"))
        one = rows[which % len(rows)]
        left = ship_reservations(make.TESTER, reservation_ids=[one.id], reference="SH", now=make.NOW)
        assert left == (one.state == "open")
        if left:
            self.on_hand[one.item_id] -= one.quantity
            self.shipped[one.item_id] += one.quantity

    @rule(row=CHOICE, units=UNITS, to=st.sampled_from(("sellable", "quarantine", "damaged")), withdraw=st.booleans())
    def regrade(self, row: int, units: int, to: str, withdraw: bool) -> None:
        """Change the condition of goods, with or without taking promises away."""
        rows = list(Stock.objects.order_by("id"))
        change = Regrade(rows[row % len(rows)].id, units, to, "质检")
        _done(regrade_stock, regrades=[change], withdraw=withdraw, now=make.NOW)

    @invariant()
    def the_ledgers_prove_every_balance(self) -> None:
        """Nothing differs, and every movement left what it says."""
        assert queries.differences() == []

    @invariant()
    def nothing_is_oversold(self) -> None:
        """No pool has promised more than lies there, no row has set aside more than it holds."""
        for promise in Promise.objects.all():
            assert 0 <= promise.promised <= promise.sellable
        for row in Stock.objects.all():
            assert 0 <= row.reserved + row.held <= row.on_hand

    @invariant()
    def goods_neither_appear_nor_vanish(self) -> None:
        """What lies there in any condition is what was brought less what left."""
        lying: Counter[int] = Counter()
        for row in Stock.objects.all():
            lying[row.item_id] += row.on_hand
        assert {item: lying[item] for item in self.items} == {item: self.on_hand[item] for item in self.items}
        left: Counter[int] = Counter()
        for movement in Movement.objects.filter(kind="shipped"):
            left[movement.item_id] -= movement.quantity
        assert {item: left[item] for item in self.items} == {item: self.shipped[item] for item in self.items}


def _done(work: Any, **facts: Any) -> bool:
    """Do it or be refused as a whole."""
    try:
        with transaction.atomic():
            work(make.TESTER, **facts)
    except Refusal:
        return False
    return True


@pytest.mark.django_db
def test_whatever_happens_the_ledgers_prove_the_balances() -> None:
    run_state_machine_as_test(Ledger, settings=settings(max_examples=8, stateful_step_count=18, deadline=None))
