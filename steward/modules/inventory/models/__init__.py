"""Rows of the stock module: places, the ledger and its balances, and what is promised of them."""

from steward.modules.inventory.models.by_hand import HandBooking
from steward.modules.inventory.models.ledger import (
    RESERVATION_STATES,
    Discrepancy,
    Lot,
    Movement,
    Reservation,
    Stock,
)
from steward.modules.inventory.models.places import PURPOSES, Warehouse, Zone
from steward.modules.inventory.models.planning import DailyDemand, ReorderPoint
from steward.modules.inventory.models.promises import ENTRY_KINDS, Hold, Promise, PromiseEntry
from steward.modules.inventory.models.set_asides import SetAside
from steward.modules.inventory.models.stocktakes import Stocktake, StocktakeCount, StocktakeLine, StocktakeSheet
from steward.modules.inventory.models.supply import ReceiptDifference, Supply, SupplyLine
from steward.modules.inventory.models.write_offs import ItemCost, WriteOff

__all__ = [
    "ENTRY_KINDS",
    "PURPOSES",
    "RESERVATION_STATES",
    "DailyDemand",
    "Discrepancy",
    "HandBooking",
    "Hold",
    "ItemCost",
    "Lot",
    "Movement",
    "Promise",
    "PromiseEntry",
    "ReceiptDifference",
    "ReorderPoint",
    "Reservation",
    "SetAside",
    "Stock",
    "Stocktake",
    "StocktakeCount",
    "StocktakeLine",
    "StocktakeSheet",
    "Supply",
    "SupplyLine",
    "Warehouse",
    "WriteOff",
    "Zone",
]
