"""Read the stock board: per item and warehouse what lies there, in which condition, and what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection
from django.db.models import Q
from msgspec import Struct

from steward.kernel import arrays, sql
from steward.modules.inventory.models import Movement, Stock

PACKAGE = "steward.modules.inventory"


class BoardRow(Struct, frozen=True):
    """What one warehouse has of one item. Units: pieces.

    `on_hand` counts what can be sold; quarantine and damaged pieces lie beside it.
    """

    item_id: int
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    pool: str
    on_hand: int
    reserved: int
    held: int
    quarantine: int
    damaged: int
    in_transit: int
    expected_date: date | None

    @property
    def available(self) -> int:
        """Return what is neither reserved nor held."""
        return self.on_hand - self.reserved - self.held


class LotRow(Struct, frozen=True):
    """What lies of a lot in one warehouse and condition. Units: pieces."""

    stock_id: int
    warehouse_id: int
    warehouse_code: str
    warehouse_name: str
    lot: str
    expires_date: date | None
    condition: str
    on_hand: int
    reserved: int
    held: int


class MovementRow(Struct, frozen=True):
    """One entry of the ledger. Units: pieces."""

    id: int
    at: datetime
    item_id: int
    sku: str
    kind: str
    warehouse_name: str
    lot: str
    condition: str
    quantity: int
    on_hand_after: int
    reference: str
    reason: str
    actor: str


def board(item_ids: Sequence[int]) -> dict[int, list[BoardRow]]:
    """Tell of items what each warehouse has and what is on its way there. Two reads in one statement. Source: INV-1."""
    found: dict[int, list[BoardRow]] = {id_: [] for id_ in item_ids}
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "stock_board"), {"items": arrays.integers(item_ids)})
        for row in cursor.fetchall():
            found[row[0]].append(BoardRow(*row))
    return found


def lots_of_item(item_id: int) -> list[LotRow]:
    """List the lots of an item that lie anywhere, what expires first first."""
    rows = Stock.objects.filter(Q(on_hand__gt=0) | Q(on_hand__lt=0), item_id=item_id)
    fields = (
        "id", "warehouse_id", "warehouse__code", "warehouse__name", "lot__code", "lot__expires_date", "condition",
        "on_hand", "reserved", "held",
    )  # fmt: skip
    found = [LotRow(*row) for row in rows.order_by("warehouse__code", "id").values_list(*fields)]
    return sorted(found, key=lambda one: (one.warehouse_code, one.expires_date or date.max, one.lot, one.condition))


def movements_page(
    *, item_id: int | None = None, kind: str = "", before: int | None = None, limit: int = 50
) -> list[MovementRow]:
    """List movements, newest first, after the last id of the page shown before."""
    rows = Movement.objects.order_by("-id")
    if item_id is not None:
        rows = rows.filter(item_id=item_id)
    if kind:
        rows = rows.filter(kind=kind)
    if before is not None:
        rows = rows.filter(id__lt=before)
    fields = (
        "id", "at", "item_id", "item__sku", "kind", "warehouse__name", "lot__code", "condition", "quantity",
        "on_hand_after", "reference", "reason", "actor",
    )  # fmt: skip
    return [MovementRow(*row) for row in rows.values_list(*fields)[:limit]]
