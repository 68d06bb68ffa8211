"""Read stock: what may be sold, what is promised and set aside, and whether the ledgers prove it."""

from steward.modules.inventory.queries.ledger import (
    Difference,
    DiscrepancyView,
    differences,
    discrepancies,
    movements_of_item,
)
from steward.modules.inventory.queries.promised import (
    OrderPromise,
    StockRow,
    entries_of_promise,
    free_units,
    hold_ends,
    hold_of_order,
    orders_holding,
    orders_with_promises,
    promises_of_order,
    stock_page,
)
from steward.modules.inventory.queries.stock import (
    ReservationView,
    StockLot,
    WarehouseFacts,
    local_day,
    reservations_of_orders,
    stock_for_allocation,
    warehouses,
    warehouses_for_allocation,
)

__all__ = [
    "Difference",
    "DiscrepancyView",
    "OrderPromise",
    "ReservationView",
    "StockLot",
    "StockRow",
    "WarehouseFacts",
    "differences",
    "discrepancies",
    "entries_of_promise",
    "free_units",
    "hold_ends",
    "hold_of_order",
    "local_day",
    "movements_of_item",
    "orders_holding",
    "orders_with_promises",
    "promises_of_order",
    "reservations_of_orders",
    "stock_for_allocation",
    "stock_page",
    "warehouses",
    "warehouses_for_allocation",
]
