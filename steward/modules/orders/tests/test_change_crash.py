"""A change that breaks off at any statement leaves the order exactly as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from steward.modules.orders.commands import changing
from steward.modules.orders.models import Order, OrderChange
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import LineWish
from steward.modules.orders.tests.test_changing import line_of, order, propose
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WATCHED = (
    "orders.Order",
    "orders.Line",
    "orders.OrderFinding",
    "orders.OrderChange",
    "orders.Screening",
    "orders.Verification",
    "payments.Entry",
    "payments.OrderBalance",
    "payments.PaymentBalance",
    "payments.RefundRequest",
    "inventory.Promise",
    "inventory.PromiseEntry",
    "inventory.Hold",
    "inventory.Reservation",
    "inventory.Stock",
    "deadlines.Clock",
    "kernel.Event",
)


EVERY = 5  # statements that are passed over between two crashes


class Crash(BaseException):
    """The power goes out."""


def everything() -> dict[str, list[Any]]:
    """Read all rows a change could touch."""
    return {name: list(apps.get_model(name).objects.order_by("pk").values()) for name in WATCHED}


@contextmanager
def crashing(at: int) -> Iterator[list[int]]:
    """Let the statement at a place fail as if the process died; gives the count of statements so far.

    Savepoints stand for the transaction here, and the database ends those whole: they do not count.
    """
    seen = [0]

    def run(execute: Callable[..., Any], *args: Any) -> Any:
        if str(args[0]).startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(*args)
        seen[0] += 1
        if seen[0] == at:
            raise Crash
        return execute(*args)

    with connection.execute_wrapper(run):
        yield seen


def fewer_pieces() -> int:
    """Propose to cancel pieces of a line."""
    one = order()
    return propose(one, "cancel_lines", lines=[LineWish(line_id=line_of(one).id, quantity=1)])


def split() -> int:
    """Propose a split."""
    one = order()
    return propose(one, "split", shares=[Share(line_of(one).id, 1)])


def merge() -> int:
    """Propose a merge."""
    one, other = order("A-1"), order("A-2", quantity=2)
    return propose(one, "merge", other_number=other.number)


@pytest.mark.parametrize("prepare", [fewer_pieces, split, merge])
def test_a_change_that_breaks_off_anywhere_leaves_everything_as_it_was(prepare: Callable[[], int]) -> None:
    change_id = prepare()
    before, place, orders = everything(), -EVERY, Order.objects.count()
    while True:
        place += EVERY + 1
        with crashing(place) as seen:
            try:
                changing.confirm_change(make.checker_chen(), change_id=change_id, now=make.NOW)
            except Crash:
                pass
            else:
                break
        if place % 5 == 1:  # what is left is read whole every few times
            assert everything() == before
        assert OrderChange.objects.get(id=change_id).state == "draft"
        assert Order.objects.count() == orders
    assert seen[0] > 30
    assert OrderChange.objects.get(id=change_id).state == "confirmed"
