"""Lock the money of orders together with that of all that were one with them."""

from __future__ import annotations

from collections.abc import Iterable

from steward.kernel import errors
from steward.modules.orders.queries.money import with_families
from steward.modules.payments.commands.locking import lock_money


def lock_families(order_ids: Iterable[int]) -> None:
    """Wait until nobody else counts or changes the money of these orders and their families, as a step of commands.

    Who splits or joins orders holds the money of all their families, so once the money of one is locked its family is
    certain. What a family grew by while this waited is locked as well. Raises: Stale where that would be out of order;
    nothing has happened then. Locks: the money of the families, in id order; after the orders' rows.
    """
    wanted = list(order_ids)
    locked = with_families(wanted)
    lock_money(locked)
    while fresh := with_families(wanted) - locked:
        if min(fresh) < max(locked):
            raise errors.Stale
        lock_money(fresh)
        locked |= fresh
