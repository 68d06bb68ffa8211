"""Record money that moved, take what providers call back with, give money back, compare statements."""

from steward.modules.payments.commands.booking import BadTransaction
from steward.modules.payments.commands.callbacks import (
    CallbackBody,
    CallbackData,
    CallbackReceipt,
    match_waiting,
    receive_callback,
    refuse_callback,
)
from steward.modules.payments.commands.connecting import ask_for_nothing, connect_provider, note_check
from steward.modules.payments.commands.deciding import settle_by_hand, settle_dispute, withdraw_refund
from steward.modules.payments.commands.following import follow_approvals
from steward.modules.payments.commands.providers import BadSecret, register_provider
from steward.modules.payments.commands.recording import EntryResult, post_entries
from steward.modules.payments.commands.reporting import record_payments
from steward.modules.payments.commands.requesting import RefundWant, RequestReceipt, refund_all_left, request_refund
from steward.modules.payments.commands.statements import (
    BadStatementFile,
    compare_statement,
    fetch_statement,
    import_statement,
    read_statement,
    settle_difference,
)
from steward.modules.payments.commands.transferring import transfer_all_left, transfer_money
from steward.modules.payments.commands.working import claim_refunds, record_answer, run_errand

__all__ = [
    "BadSecret",
    "BadStatementFile",
    "BadTransaction",
    "CallbackBody",
    "CallbackData",
    "CallbackReceipt",
    "EntryResult",
    "RefundWant",
    "RequestReceipt",
    "ask_for_nothing",
    "claim_refunds",
    "compare_statement",
    "connect_provider",
    "fetch_statement",
    "follow_approvals",
    "import_statement",
    "match_waiting",
    "note_check",
    "post_entries",
    "read_statement",
    "receive_callback",
    "record_answer",
    "record_payments",
    "refund_all_left",
    "refuse_callback",
    "register_provider",
    "request_refund",
    "run_errand",
    "settle_by_hand",
    "settle_difference",
    "settle_dispute",
    "transfer_all_left",
    "transfer_money",
    "withdraw_refund",
]
