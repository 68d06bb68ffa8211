"""Record money that moved, take what providers call back with, register providers."""

from steward.modules.payments.commands.callbacks import (
    CallbackBody,
    CallbackReceipt,
    receive_callback,
    refuse_callback,
)
from steward.modules.payments.commands.providers import BadSecret, register_provider
from steward.modules.payments.commands.recording import EntryResult, post_entries, record_payments

__all__ = [
    "BadSecret",
    "CallbackBody",
    "CallbackReceipt",
    "EntryResult",
    "post_entries",
    "receive_callback",
    "record_payments",
    "refuse_callback",
    "register_provider",
]
