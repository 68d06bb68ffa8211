"""Rows of the money module: the ledger, refunds, what providers' statements say, and customers' wallets."""

from steward.modules.payments.models.ledger import DIRECTIONS, Callback, Entry, Provider, ProviderShop
from steward.modules.payments.models.refunds import OrderBalance, PaymentBalance, Refund, RefundRequest, RefundStep
from steward.modules.payments.models.statements import Difference, Statement, StatementRow
from steward.modules.payments.models.wallets import (
    Coupon,
    CouponUse,
    Handover,
    WalletAccount,
    WalletEntry,
    WalletLot,
    WalletTerms,
)

__all__ = [
    "DIRECTIONS",
    "Callback",
    "Coupon",
    "CouponUse",
    "Difference",
    "Entry",
    "Handover",
    "OrderBalance",
    "PaymentBalance",
    "Provider",
    "ProviderShop",
    "Refund",
    "RefundRequest",
    "RefundStep",
    "Statement",
    "StatementRow",
    "WalletAccount",
    "WalletEntry",
    "WalletLot",
    "WalletTerms",
]
