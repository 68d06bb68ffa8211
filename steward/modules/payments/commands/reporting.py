"""Record money that somebody reports: by hand, or a program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.commands.booking import adopt
from steward.modules.payments.commands.locking import lock_money
from steward.modules.payments.commands.recording import EntryResult, post_entries
from steward.modules.payments.rules import PaymentEntryDraft


@command(needs="payments.record")
def record_payments(actor: Actor, *, entries: Sequence[PaymentEntryDraft], now: datetime) -> list[EntryResult]:
    """Record money that moved, in the order given; the same transaction of a provider counts once.

    Refused entries come back as results, the others are written. A refund made elsewhere stands for one of the same
    amount that waits here. Emits: PaymentRecorded, one per new entry; RefundPaid.
    Locks: the orders' money, in id order.
    """
    lock_money([entry.order_id for entry in entries])
    results = post_entries(actor, entries=entries, now=now)
    pairs = zip(results, entries, strict=True)
    adopt(actor, drafts=[(one.entry_id, entry) for one, entry in pairs if one.outcome == "recorded"], now=now)
    return results
