"""Rows of returns: policies, cases with their pieces, parcels and evidence, what was found, what it is worth."""

from steward.modules.returns.models.cases import Case, Evidence, Guidance, Parcel, Piece, Surplus
from steward.modules.returns.models.compensation import (
    Budget,
    BudgetDraw,
    Compensation,
    CompensationLimit,
    CompensationReason,
)
from steward.modules.returns.models.exchanges import Exchange, Swap
from steward.modules.returns.models.inspections import Inspection
from steward.modules.returns.models.money import QuotePart, RefundDue
from steward.modules.returns.models.owed import Owed
from steward.modules.returns.models.policies import Backtest, Policy, Reason
from steward.modules.returns.models.profiles import ShopProfile
from steward.modules.returns.models.repair_goods import Loaner, RepairCharge, RepairPart, RepairQuote
from steward.modules.returns.models.repairs import Repair, RepairVisit, RepairWork

__all__ = [
    "Backtest",
    "Budget",
    "BudgetDraw",
    "Case",
    "Compensation",
    "CompensationLimit",
    "CompensationReason",
    "Evidence",
    "Exchange",
    "Guidance",
    "Inspection",
    "Loaner",
    "Owed",
    "Parcel",
    "Piece",
    "Policy",
    "QuotePart",
    "Reason",
    "RefundDue",
    "Repair",
    "RepairCharge",
    "RepairPart",
    "RepairQuote",
    "RepairVisit",
    "RepairWork",
    "ShopProfile",
    "Surplus",
    "Swap",
]
