"""What stock announces."""

from __future__ import annotations

from steward.kernel.events import Event


class StockMoved(Event, frozen=True, kw_only=True):
    """Goods on hand changed, and with them what may be promised."""

    KIND = "inventory.stock_moved"
    SUBJECT = "item"
    item_id: int
    warehouse_id: int
    pool: str
    kind: str
    quantity: int
    lot: str = ""
    condition: str = "sellable"


class HoldExpired(Event, frozen=True, kw_only=True):
    """An order's promises were given back because it lapsed."""

    KIND = "inventory.hold_expired"
    SUBJECT = "order"
    order_id: int


class BalanceDiffered(Event, frozen=True, kw_only=True):
    """A balance was found that its ledger does not prove."""

    KIND = "inventory.balance_differed"
    SUBJECT = "discrepancy"
    discrepancy_id: int
    balance: str
    sku: str
    place: str
    stands: int
    ledger: int
    entry_id: int | None
