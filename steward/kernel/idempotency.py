"""Answer a repeated request from what was answered before, in the same transaction as the change itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters

CLAIM = """
INSERT INTO kernel_idempotency_key (owner, key, request_hash, status, reply) VALUES (%s, %s, %s, 0, '')
ON CONFLICT (owner, key) DO NOTHING
"""
KEEP = "UPDATE kernel_idempotency_key SET status = %s, reply = %s WHERE owner = %s AND key = %s"
FIND = "SELECT request_hash, status, reply FROM kernel_idempotency_key WHERE owner = %s AND key = %s"
# What another process deletes or a request reads in this moment is left for the next round.
FORGET = """
DELETE FROM kernel_idempotency_key
WHERE id = ANY (ARRAY(
    SELECT id FROM kernel_idempotency_key WHERE created_at < %s LIMIT %s FOR UPDATE SKIP LOCKED
))
"""
FORGET_LIMIT = 5_000
KEEP_DAYS = parameters.define(
    "kernel.idempotency_keep_days",
    30,
    unit="days",
    label=_("How long a repeated request gets its first answer again"),
    minimum=1,
    maximum=3_650,
)


class KeyReused(errors.Refusal):
    """Refuse a key that stands for another request."""

    code = "idempotency_key_reused"
    status = 409
    message = _("This Idempotency-Key was used for another request. Use a fresh key for each request.")


class Reply(msgspec.Struct, frozen=True):
    """What a request is answered with; `is_replay` marks an answer given before."""

    status: int
    body: str
    is_replay: bool = False


def once(*, owner: str, key: str, request_hash: bytes, work: Callable[[], Reply]) -> Reply:
    """Do the work and keep its reply under the key, or give the reply that was kept.

    A refusal leaves no key, so that the mended request may use it again. A request that arrives while the first one
    runs waits for it. Raises: KeyReused when the key stands for another request; what the work raises.
    Locks: the key, before anything the work locks.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [owner, key, request_hash])
            is_fresh = cursor.rowcount == 1
        if not is_fresh:
            return _kept(owner, key, request_hash)
        reply = work()
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [reply.status, reply.body, owner, key])
        return reply


def _kept(owner: str, key: str, request_hash: bytes) -> Reply:
    with connection.cursor() as cursor:
        cursor.execute(FIND, [owner, key])
        row = cursor.fetchone()
    if row is None or bytes(row[0]) != request_hash:
        raise KeyReused
    return Reply(row[1], row[2], is_replay=True)


def forget_old(*, now: datetime, limit: int = FORGET_LIMIT) -> int:
    """Delete some of the replies that are older than they are kept, in a transaction of its own.

    Returns how many; fewer than `limit` means that no more are left.
    """
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [now - timedelta(days=parameters.value(KEEP_DAYS)), limit])
        return int(cursor.rowcount)
