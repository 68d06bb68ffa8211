"""Take what came by a channel's address: each call counts once, and files a channel keeps are fetched afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters, ports, secrets_box, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.channel_tokens import Tokens
from steward.modules.messaging.commands.parking import Unreadable, park_inbound
from steward.modules.messaging.commands.queueing import PACKAGE
from steward.modules.messaging.commands.receiving import RECEIVE, receive
from steward.modules.messaging.models import ChannelCall
from steward.modules.messaging.ports import AwaitedFile, FileFetcher, FileGone, HeardCall
from steward.modules.messaging.queries.accounts import has_counted, opened
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Incoming, Part, Taken

PURPOSE = "messaging.channel_call"
BATCH = 20
LEASE = timedelta(seconds=120)
FIRST_PAUSE_S = 15
ATTEMPTS = parameters.define(
    "messaging.file_attempts",
    8,
    unit="",
    label=_("Attempts to fetch a file a channel keeps, before a message is shown without it"),
    minimum=1,
    maximum=30,
)
CALLS_DAYS = parameters.define(
    "messaging.keep_channel_calls_days",
    3,
    unit="d",
    label=_("Days a channel's calls are remembered, so that none counts twice"),
    minimum=1,
    maximum=90,
)


class Awaited(Struct, frozen=True):
    """A message whose file is to be fetched, as it is kept."""

    message: Incoming
    file: AwaitedFile


def take_call(actor: Actor, *, account: Account, heard: HeardCall, now: datetime) -> list[Taken]:
    """Take what a call brought; messages with files wait until these are fetched, and what came before is nothing new.

    The call's proof is kept last, so that a call we failed at counts when it comes again.
    Emits: MessageReceived, MessageParked.
    """
    if heard.proof and has_counted(account.id, heard.proof):
        return []
    certain = [one for one in heard.incoming if one.external_id not in heard.doubts]
    at_once = [one for one in certain if one.external_id not in heard.files]
    taken = receive(actor, incoming=at_once, now=now) if at_once else []
    doubtful = [_doubtful(one, heard.doubts[one.external_id]) for one in heard.incoming if one not in certain]
    taken += park_inbound(actor, unreadable=doubtful, now=now) if doubtful else []
    awaited = [Awaited(one, heard.files[one.external_id]) for one in certain if one.external_id in heard.files]
    keep_calls(actor, account_id=account.id, proof=heard.proof, awaited=awaited, now=now)
    return taken


@command(needs=RECEIVE)
def claim_answer(actor: Actor, *, account_id: int, once: str, now: datetime) -> bool:
    """Tell whether nobody has said yet what is said to somebody at once; of several calls at a time one may.

    Locks: a unique proof.
    """
    found = ChannelCall.objects.get_or_create(
        account_id=account_id, proof=f"answer-{once}"[:200], defaults={"received_at": now}
    )
    return found[1]


def _doubtful(one: Incoming, why: str) -> Unreadable:
    return Unreadable(one.channel, one.box, one.external_id, msgspec.msgpack.encode(one), why)


@command(needs=RECEIVE)
def keep_calls(actor: Actor, *, account_id: int, proof: str, awaited: Sequence[Awaited], now: datetime) -> None:
    """Keep that a call counted, and its messages that wait for files, each once. Locks: unique proofs, in order."""
    rows = [_waiting(account_id, one, now) for one in sorted(awaited, key=lambda one: one.message.external_id)]
    if proof:
        rows.append(ChannelCall(account_id=account_id, proof=proof, received_at=now))
    ChannelCall.objects.bulk_create(rows, ignore_conflicts=True)


def _waiting(account_id: int, one: Awaited, now: datetime) -> ChannelCall:
    sealed = secrets_box.seal_with_master(msgspec.msgpack.encode(one), purpose=PURPOSE)
    proof = f"message-{one.message.external_id}"[:200]
    return ChannelCall(account_id=account_id, proof=proof, sealed_message=sealed, due_at=now, received_at=now)


def fetch_files(actor: Actor, *, now: datetime) -> int:
    """Fetch files that are due and take their messages in; one whose file is gone is taken without it.

    Nothing is locked meanwhile: a lease keeps others away. Returns how many were looked at.
    Emits: MessageReceived.
    """
    claimed = claim_files(actor, now=now)
    fetchers: dict[int, FileFetcher] = {}
    for row in claimed:
        account = row.account
        if account.id not in fetchers:
            fetchers[account.id] = ports.bound(f"messaging.files.{account.kind}")(opened(account), Tokens(account.id))
        _fetch(actor, row, fetchers[account.id], now)
    return len(claimed)


def _fetch(actor: Actor, row: ChannelCall, fetcher: FileFetcher, now: datetime) -> None:
    plain = secrets_box.unseal_with_master(row.sealed_message or b"", purpose=PURPOSE)
    awaited = msgspec.msgpack.decode(plain, type=Awaited)
    try:
        name, content = fetcher.fetch(awaited.file.media_id)
        changes: Mapping[str, Any] = {"parts": (Part(name or awaited.file.filename, content),)}
    except FileGone as gone:
        if not gone.final and row.attempts < parameters.value(ATTEMPTS):
            settle_file(actor, call_id=row.id, due_at=now + timedelta(seconds=FIRST_PAUSE_S * 2**row.attempts))
            return
        lost = {"file": awaited.file.filename, "why": str(gone)[:200]}
        changes = {"facts": awaited.message.facts | {"file_lost": lost}}
    receive(actor, incoming=[msgspec.structs.replace(awaited.message, **changes)], now=now)
    settle_file(actor, call_id=row.id, due_at=None)


@command(needs=RECEIVE)
def claim_files(actor: Actor, *, now: datetime) -> list[ChannelCall]:
    """Claim messages whose files are due for this process. Locks: them, skipping those of another process."""
    rows = list(
        ChannelCall.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("account")
        .filter(due_at__lte=now)
        .order_by("due_at", "id")[:BATCH]
    )
    for row in rows:
        row.due_at, row.attempts = now + LEASE, row.attempts + 1
    ChannelCall.objects.bulk_update(rows, ["due_at", "attempts"])
    return rows


@command(needs=RECEIVE)
def settle_file(actor: Actor, *, call_id: int, due_at: datetime | None) -> None:
    """Let a message wait for its file until later, or be done with it: what was kept of it is forgotten."""
    changes: dict[str, Any] = {"due_at": due_at} if due_at else {"due_at": None, "sealed_message": None}
    ChannelCall.objects.filter(id=call_id, due_at__isnull=False).update(**changes)


@command(needs=RECEIVE)
def forget_calls(actor: Actor, *, now: datetime, limit: int = 2_000) -> int:
    """Forget calls that are too old to be played again. Locks: them, skipping those somebody works on."""
    before = now - timedelta(days=parameters.value(CALLS_DAYS))
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "forget_calls"), {"before": before, "limit": limit})
        return int(cursor.rowcount)
