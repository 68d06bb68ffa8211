"""Rows of the money module: the ledger, refunds, and what providers' statements say."""

from steward.modules.payments.models.ledger import DIRECTIONS, Callback, Entry, Provider, ProviderShop
from steward.modules.payments.models.refunds import (
    ForeignRefund,
    OrderBalance,
    PaymentBalance,
    Refund,
    RefundRequest,
    RefundStep,
)
from steward.modules.payments.models.statements import Difference, Statement, StatementRow

__all__ = [
    "DIRECTIONS",
    "Callback",
    "Difference",
    "Entry",
    "ForeignRefund",
    "OrderBalance",
    "PaymentBalance",
    "Provider",
    "ProviderShop",
    "Refund",
    "RefundRequest",
    "RefundStep",
    "Statement",
    "StatementRow",
]
