"""Read movements, and prove balances against their ledgers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import connection
from django.db.models import QuerySet
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.inventory.models import Discrepancy, Movement, Promise, PromiseEntry, Reservation, Stock

PACKAGE = "steward.modules.inventory"
Verdict = Literal["at_entry", "after_last", "unknown"]


class Difference(Struct, frozen=True):
    """A balance its ledger does not prove. Units: pieces.

    `balance` is on_hand (a stock row against its movements), reserved (a stock row against open reservations), held (a
    stock row against the write-offs that wait), sellable (a pool against what its stock rows do not hold), promised (a
    pool against the promise ledger), or beyond_promise (an order that has more set aside than it was promised; `row_id`
    is then the order). `entry_id` names the first entry whose running total is not what the row held then (`at_entry`),
    or the last good one before the balance changed without an entry (`after_last`).
    """

    balance: str
    row_id: int
    sku: str
    place: str
    stands: int
    ledger: int
    entry_id: int | None = None
    verdict: Verdict = "unknown"


class DiscrepancyView(Struct, frozen=True):
    """A difference that was found, until it is gone."""

    id: int
    balance: str
    row_id: int
    sku: str
    place: str
    stands: int
    ledger: int
    entry_id: int | None
    verdict: str
    found_at: datetime
    gone_at: datetime | None


def differences() -> list[Difference]:
    """Prove all balances against their ledgers; each row is a balance that does not agree.

    Set based over all rows, in one snapshot; the ledger of a differing stock row is run through with its totals.
    Source: INV-1.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "differences"))
        found = [Difference(*row) for row in cursor.fetchall()]
        rows = [one.row_id for one in found if one.balance == "on_hand"]
        places: dict[int, tuple[int | None, Verdict]] = {}
        if rows:
            cursor.execute(sql.load(PACKAGE, "first_differing"), {"ids": arrays.integers(rows)})
            places = {
                row: (first, "at_entry") if first else (last, "after_last") for row, first, last in cursor.fetchall()
            }
    return [_placed(one, *places.get(one.row_id, (None, "unknown"))) for one in found]


def _placed(one: Difference, entry_id: int | None, verdict: Verdict) -> Difference:
    if one.balance != "on_hand":
        return one
    return Difference(one.balance, one.row_id, one.sku, one.place, one.stands, one.ledger, entry_id, verdict)


def discrepancies(*, open_only: bool = True, limit: int = 100) -> list[DiscrepancyView]:
    """List what the reconciler found, newest first."""
    rows = Discrepancy.objects.order_by("-id")
    if open_only:
        rows = rows.filter(gone_at=None)
    return [DiscrepancyView(*row) for row in rows.values_list(*DiscrepancyView.__struct_fields__)[:limit]]


def movements_of_item(item_id: int, limit: int = 50) -> QuerySet[Movement]:
    """List the newest movements of an item."""
    return Movement.objects.filter(item_id=item_id).select_related("warehouse", "lot").order_by("-id")[:limit]


def ledger_counts() -> dict[str, int]:
    """Count what the reconciler compares: stock rows and movements, promises and their entries, open reservations."""
    return {
        "stock": Stock.objects.count(),
        "movements": Movement.objects.count(),
        "promises": Promise.objects.count(),
        "entries": PromiseEntry.objects.count(),
        "reservations": Reservation.objects.filter(state="open").count(),
    }
