"""Rows of returns: policies, cases with their pieces, parcels and evidence, what was found, what it is worth."""

from steward.modules.returns.models.cases import Case, Evidence, Guidance, Parcel, Piece, Surplus
from steward.modules.returns.models.exchanges import Exchange, Swap
from steward.modules.returns.models.inspections import Inspection
from steward.modules.returns.models.money import QuotePart, RefundDue
from steward.modules.returns.models.policies import Backtest, Policy, Reason
from steward.modules.returns.models.repair_goods import Loaner, RepairCharge, RepairPart, RepairQuote
from steward.modules.returns.models.repairs import Repair, RepairVisit, RepairWork

__all__ = [
    "Backtest",
    "Case",
    "Evidence",
    "Exchange",
    "Guidance",
    "Inspection",
    "Loaner",
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
    "Surplus",
    "Swap",
]
