"""Pure decisions about money: what moved means, how refunds live, how statements compare."""

from steward.modules.payments.rules.money import (
    LONGEST_PROVIDER,
    LONGEST_TRANSACTION,
    Direction,
    OrderFacts,
    PaymentEntryDraft,
    PaymentState,
    entry_fault,
    mismatch,
    payment_state,
    totals,
)

__all__ = [
    "LONGEST_PROVIDER",
    "LONGEST_TRANSACTION",
    "Direction",
    "OrderFacts",
    "PaymentEntryDraft",
    "PaymentState",
    "entry_fault",
    "mismatch",
    "payment_state",
    "totals",
]
