"""Make the rows that balances are kept in: lots, stock rows, promise rows; each exists once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from steward.kernel import arrays, sql

PACKAGE = "steward.modules.inventory"
StockKey = tuple[int, int, int, str]
LotFacts = tuple[int, str, date | None, date | None]


def make_lots(lots: Iterable[LotFacts]) -> dict[tuple[int, str], int]:
    """Find the lots of (item, code), making those that are new with their dates. A step of the caller's command.

    Locks: lots' keys, in the order of item and code.
    """
    wanted: dict[tuple[int, str], tuple[date | None, date | None]] = {}
    for item, code, expires, produced in lots:
        known = wanted.get((item, code), (None, None))
        wanted[item, code] = (expires or known[0], produced or known[1])
    keys = sorted(wanted)
    columns = {"items": arrays.integers([item for item, _ in keys]), "codes": arrays.texts([code for _, code in keys])}
    found = {(row[1], row[2]): row[0] for row in _fetched("find_lots", columns)}
    fresh = [key for key in keys if key not in found]
    if fresh:
        made = {
            "items": arrays.integers([item for item, _ in fresh]),
            "codes": arrays.texts([code for _, code in fresh]),
            "expires": arrays.texts([_day(wanted[key][0]) for key in fresh]),
            "produced": arrays.texts([_day(wanted[key][1]) for key in fresh]),
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "make_lots"), made)
        found = {(row[1], row[2]): row[0] for row in _fetched("find_lots", columns)}
    return found


def make_stock(keys: Sequence[StockKey]) -> dict[StockKey, int]:
    """Find the stock rows of (item, warehouse, lot, condition), making those that are new. A step, as above.

    Who calls has locked the items' promise rows, so nobody else makes the same row at this moment.
    """
    wanted = sorted(set(keys))
    columns = {
        "items": arrays.integers([key[0] for key in wanted]),
        "warehouses": arrays.integers([key[1] for key in wanted]),
        "lots": arrays.integers([key[2] for key in wanted]),
        "conditions": arrays.texts([key[3] for key in wanted]),
    }
    found = {(row[1], row[2], row[3], row[4]): row[0] for row in _fetched("find_stock", columns)}
    if len(found) < len(wanted):
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "make_stock"), columns)
        found = {(row[1], row[2], row[3], row[4]): row[0] for row in _fetched("find_stock", columns)}
    return found


def make_promises(keys: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Find the promise rows of (item, pool), making those that are new. A step of the caller's command.

    Rows first, units after: a proposed row must pass the checks before its conflict is seen, and -1 piece would not.
    """
    wanted = sorted(set(keys))
    columns = {
        "items": arrays.integers([item for item, _ in wanted]),
        "pools": arrays.texts([pool for _, pool in wanted]),
    }
    found = {(row[1], row[2]): row[0] for row in _fetched("find_promises", columns)}
    if len(found) < len(wanted):
        with connection.cursor() as cursor:
            cursor.execute(sql.load(PACKAGE, "make_promises"), columns)
        found = {(row[1], row[2]): row[0] for row in _fetched("find_promises", columns)}
    return found


def _fetched(statement: str, columns: dict[str, str]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, statement), columns)
        return list(cursor.fetchall())


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
