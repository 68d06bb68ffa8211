"""Set units aside for orders: within what was promised and within what is free."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence


def take(
    wanted: Sequence[tuple[int, tuple[int, str], int]],
    free: MutableMapping[int, int],
    unlimited: frozenset[int],
    entitled: Mapping[tuple[int, str], int],
) -> dict[int, int]:
    """Take all an order wants of stock rows, or nothing; returns stock row → units missing.

    `wanted` lists (stock row, (item, pool), units); `entitled` is what the order was promised and has not set aside
    yet. Who was not promised the goods misses all of them. Rows in `unlimited` may be sold before they are there.
    """
    by_stock: dict[int, int] = {}
    by_promise: dict[tuple[int, str], int] = {}
    for stock, promise, units in wanted:
        by_stock[stock] = by_stock.get(stock, 0) + units
        by_promise[promise] = by_promise.get(promise, 0) + units
    missing: dict[int, int] = {}
    for stock, promise, _units in wanted:
        if by_promise[promise] > entitled.get(promise, 0):
            missing[stock] = by_stock[stock]
    for stock, units in by_stock.items():
        short = 0 if stock in unlimited else units - free.get(stock, 0)
        if short > 0:
            missing[stock] = max(short, missing.get(stock, 0))
    if not missing:
        for stock, units in by_stock.items():
            free[stock] = free.get(stock, 0) - units
    return missing


def surplus(open_newest_first: Sequence[tuple[int, int]], allowed: int) -> tuple[list[int], int]:
    """Choose which reservations of one item an order must give up so that at most `allowed` units stay set aside.

    Takes (reservation, units), the newest first. Returns the reservations to give up, and how many units of the last
    of them have to be set aside again, because only a part of it was too much.
    """
    total = sum(units for _id, units in open_newest_first)
    given: list[int] = []
    for id_, units in open_newest_first:
        if total <= allowed:
            break
        given.append(id_)
        total -= units
    return given, max(0, allowed - total) if given else 0
