"""Write the ledger: append only, every movement once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from django.db import connection

from steward.kernel import arrays, sql
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.modules.payments import rules
from steward.modules.payments.events import PaymentRecorded
from steward.modules.payments.rules import PaymentEntryDraft

PACKAGE = "steward.modules.payments"
Key = tuple[str, str, str]


class EntryResult(msgspec.Struct, frozen=True):
    """What became of one entry; `code` says why it was refused or with what it is in conflict.

    duplicate: the same movement was recorded before. conflict: its transaction was, with other content.
    """

    outcome: Literal["recorded", "duplicate", "conflict", "refused"]
    entry_id: int = 0
    code: str = ""


def post_entries(actor: Actor, *, entries: Sequence[PaymentEntryDraft], now: datetime) -> list[EntryResult]:
    """Record money as a step of the caller's command (taking an order, receiving a callback).

    The permission was checked there; it runs inside that transaction only. A time ahead of `now` counts as now.
    Emits: PaymentRecorded, one per new entry. Locks: the ledger's unique keys, in key order.
    """
    faults = [rules.entry_fault(entry) for entry in entries]
    firsts: dict[Key, int] = {}
    for position, entry in enumerate(entries):
        if not faults[position]:
            firsts.setdefault(_key(entry), position)
    drafts = [entries[position] for position in firsts.values()]
    new = _insert(drafts, now) if drafts else {}
    known = _known([draft for draft in drafts if _key(draft) not in new])
    log.record(actor, [_recorded(entries[firsts[key]], id_, now) for key, id_ in new.items()])
    contents = {key: (id_, _content(entries[firsts[key]])) for key, id_ in new.items()} | known
    results = []
    for position, entry in enumerate(entries):
        if faults[position]:
            results.append(EntryResult("refused", code=faults[position]))
            continue
        key = _key(entry)
        id_, content = contents[key]
        if key in new and firsts[key] == position:
            results.append(EntryResult("recorded", id_))
        elif content == _content(entry):
            results.append(EntryResult("duplicate", id_))
        else:
            results.append(EntryResult("conflict", id_, "same_transaction_other_content"))
    return results


def _key(entry: PaymentEntryDraft) -> Key:
    return entry.provider, entry.transaction, entry.direction


def _content(entry: PaymentEntryDraft) -> tuple[int, int, str]:
    return entry.order_id, entry.amount_minor, entry.currency


def _recorded(entry: PaymentEntryDraft, id_: int, now: datetime) -> PaymentRecorded:
    return PaymentRecorded(
        order_id=entry.order_id,
        entry_id=id_,
        direction=entry.direction,
        provider=entry.provider,
        transaction=entry.transaction,
        amount_minor=entry.amount_minor,
        currency=entry.currency,
        happened_at=min(entry.happened_at, now),
        simulated=entry.simulated,
    )


def _insert(entries: Sequence[PaymentEntryDraft], now: datetime) -> dict[Key, int]:
    """Insert entries with distinct keys; return the ids of those that were new, by key."""
    parameters = {
        "order_ids": arrays.integers([entry.order_id for entry in entries]),
        "directions": arrays.texts([entry.direction for entry in entries]),
        "providers": arrays.texts([entry.provider for entry in entries]),
        "transactions": arrays.texts([entry.transaction for entry in entries]),
        "methods": arrays.texts([entry.method for entry in entries]),
        "amounts": arrays.integers([entry.amount_minor for entry in entries]),
        "currencies": arrays.texts([entry.currency for entry in entries]),
        "happened": arrays.instants([min(entry.happened_at, now) for entry in entries]),
        "simulated": arrays.flags([entry.simulated for entry in entries]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "record_entries"), parameters)
        return {(row[1], row[2], row[3]): row[0] for row in cursor.fetchall()}


def _known(entries: Sequence[PaymentEntryDraft]) -> dict[Key, tuple[int, Any]]:
    """Read what the ledger holds under the keys of entries that were not new."""
    if not entries:
        return {}
    parameters = {
        "providers": arrays.texts([entry.provider for entry in entries]),
        "transactions": arrays.texts([entry.transaction for entry in entries]),
        "directions": arrays.texts([entry.direction for entry in entries]),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "known_entries"), parameters)
        return {(row[1], row[2], row[3]): (row[0], (row[4], row[5], row[6])) for row in cursor.fetchall()}
