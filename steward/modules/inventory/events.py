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


class SupplyMoved(Event, frozen=True, kw_only=True):
    """A purchase order or transfer was made, sent, received, closed or called off."""

    KIND = "inventory.supply_moved"
    SUBJECT = "supply"
    supply_id: int
    number: str
    kind: str
    warehouse_id: int
    state: str


class ReceiptDiffered(Event, frozen=True, kw_only=True):
    """What came was short, over or damaged. Units: pieces."""

    KIND = "inventory.receipt_differed"
    SUBJECT = "difference"
    difference_id: int
    number: str
    item_id: int
    kind: str
    quantity: int
    reason: str


class StocktakeMoved(Event, frozen=True, kw_only=True):
    """A stocktake was planned, counted, compared, agreed to, booked or called off; `state` is where it stands now."""

    KIND = "inventory.stocktake_moved"
    SUBJECT = "stocktake"
    stocktake_id: int
    number: str
    warehouse_id: int
    state: str
    verb: str
    reason: str = ""


class SheetCounted(Event, frozen=True, kw_only=True):
    """Somebody counted a sheet of a stocktake to its end. Units: lines."""

    KIND = "inventory.sheet_counted"
    SUBJECT = "stocktake"
    stocktake_id: int
    sheet_id: int
    number: str
    round: int
    lines: int


class CountsBooked(Event, frozen=True, kw_only=True):
    """What a stocktake found went into the ledger. Units: lines; pieces found more, and found missing."""

    KIND = "inventory.counts_booked"
    SUBJECT = "stocktake"
    stocktake_id: int
    number: str
    lines: int
    found: int
    missing: int


class ReorderPointCrossed(Event, frozen=True, kw_only=True):
    """What a warehouse has of an item, with what is on its way, fell below its reorder point. Units: pieces."""

    KIND = "inventory.reorder_point_crossed"
    SUBJECT = "item"
    item_id: int
    warehouse_id: int
    position: int
    reorder_point: int


class LotsExpired(Event, frozen=True, kw_only=True):
    """Goods past their date were taken out of sale. Units: pieces."""

    KIND = "inventory.lots_expired"
    SUBJECT = "item"
    item_id: int
    warehouse_id: int
    lot: str
    quantity: int


class PromiseWithdrawn(Event, frozen=True, kw_only=True):
    """An order was promised goods that are gone now: it holds nothing any more. `item_ids` names what is gone."""

    KIND = "inventory.promise_withdrawn"
    SUBJECT = "order"
    order_id: int
    item_ids: list[int]
    reason: str


class ReservationsLost(Event, frozen=True, kw_only=True):
    """Goods set aside for an order were given back though it goes on: what waits for it has to be planned anew.

    `reason`: goods_left (they left sale) or wants_less (the order wants fewer).
    """

    KIND = "inventory.reservations_lost"
    SUBJECT = "order"
    order_id: int
    reason: str


class WriteOffAsked(Event, frozen=True, kw_only=True):
    """Somebody wants goods to be given up; they are held until it is decided. Units: pieces, minor units."""

    KIND = "inventory.write_off_asked"
    SUBJECT = "write_off"
    write_off_id: int
    number: str
    item_id: int
    warehouse_id: int
    lot: str
    condition: str
    quantity: int
    cause: str
    value_minor: int
    currency: str


class WriteOffEnded(Event, frozen=True, kw_only=True):
    """A write-off came to its end: `state` is written_off, declined, lapsed or withdrawn. Units: pieces.

    Unless it was written off, the goods are free again.
    """

    KIND = "inventory.write_off_ended"
    SUBJECT = "write_off"
    write_off_id: int
    number: str
    item_id: int
    warehouse_id: int
    condition: str
    quantity: int
    state: str
    note: str


class ItemCostSet(Event, frozen=True, kw_only=True):
    """What a piece of an item costs was set. Units: minor units of the currency."""

    KIND = "inventory.item_cost_set"
    SUBJECT = "item"
    item_id: int
    before_minor: int | None
    after_minor: int
    currency: str
