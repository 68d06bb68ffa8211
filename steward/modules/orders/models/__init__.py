"""Rows of orders: the order with all that hangs on it, what screening keeps, and the checks by another person."""

from steward.modules.orders.models.change_policy import ChangePolicy
from steward.modules.orders.models.changes import OrderChange
from steward.modules.orders.models.exceptions import Cause, Detector, ExceptionCase, ExceptionNote, Mute
from steward.modules.orders.models.offers import Offer
from steward.modules.orders.models.order import (
    PAYMENT_STATES,
    RARE_PAYMENT_STATES,
    SOURCES,
    STATES,
    Cancellation,
    Conflict,
    ImportRun,
    Line,
    Mapping,
    Order,
    OrderFinding,
)
from steward.modules.orders.models.process import LateAudit, Step, StepDone
from steward.modules.orders.models.screening import (
    Backtest,
    Hold,
    HoldDecision,
    ListEntry,
    RuleSet,
    Screening,
    Signal,
)
from steward.modules.orders.models.verification import EntrySource, Rekey, Verification
from steward.modules.orders.rules.fulfilment import STATES as FULFILMENT_STATES
from steward.modules.orders.rules.fulfilment import WAITING_STATES

__all__ = [
    "FULFILMENT_STATES",
    "PAYMENT_STATES",
    "RARE_PAYMENT_STATES",
    "SOURCES",
    "STATES",
    "WAITING_STATES",
    "Backtest",
    "Cancellation",
    "Cause",
    "ChangePolicy",
    "Conflict",
    "Detector",
    "EntrySource",
    "ExceptionCase",
    "ExceptionNote",
    "Hold",
    "HoldDecision",
    "ImportRun",
    "LateAudit",
    "Line",
    "ListEntry",
    "Mapping",
    "Mute",
    "Offer",
    "Order",
    "OrderChange",
    "OrderFinding",
    "Rekey",
    "RuleSet",
    "Screening",
    "Signal",
    "Step",
    "StepDone",
    "Verification",
]
