"""One person who books goods away at two places at once stays under the limit all the same."""

from __future__ import annotations

from functools import partial

import pytest

from steward.modules.inventory import queries
from steward.modules.inventory.commands.moving import MovementDraft, Recorded, record_movements
from steward.modules.inventory.models import HandBooking, Stock
from tests import make
from tests.races.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)
SLICE, COST = 6, 10_000  # two slices are more than the limit


def test_slices_booked_at_once_do_not_slip_below_the_limit() -> None:
    items = [make.item("A-1", stock=10), make.item("A-2", stock=10)]
    make.cost("A-1", "A-2", minor=COST)

    def leave(item: int) -> Recorded:
        draft = MovementDraft("hangzhou", item, "adjusted", -SLICE, reason="找不到了")
        return record_movements(make.TESTER, movements=[draft], now=make.NOW)

    recorded = at_once(*(partial(leave, item) for item in items))

    assert sorted(one.booked for one in recorded) == [0, 1]
    assert HandBooking.objects.get().value_minor == SLICE * COST
    assert sorted(Stock.objects.values_list("on_hand", "held")) == [(4, 0), (10, SLICE)]
    assert queries.differences() == []


def test_batches_in_opposite_order_wait_for_each_other_and_not_for_ever() -> None:
    items = [make.item(f"B-{number}", stock=20) for number in range(4)]
    make.cost("B-0", "B-1", minor=1)
    actors = [make.TESTER, make.administrator()]

    def leave(turn: int) -> int:
        chosen = items if turn % 2 else items[::-1]
        drafts = [MovementDraft("hangzhou", item, "adjusted", -1, reason="少了") for item in chosen]
        return len(record_movements(actors[turn % 2], movements=drafts, now=make.NOW).waiting)

    waiting = at_once(*(partial(leave, turn) for turn in range(6)))

    assert waiting == [2] * 6
    assert sorted(Stock.objects.values_list("on_hand", "held")) == [(14, 0), (14, 0), (20, 6), (20, 6)]
    assert queries.differences() == []
