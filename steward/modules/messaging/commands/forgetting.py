"""Follow the erasure of customers: what they wrote is emptied, their files are deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from steward.kernel import arrays
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.receiving import RECEIVE

REDACT = """
UPDATE messaging_inbound
SET subject = '', body = '', quoted = '', html = '', message_ref = '', refs = '{}', facts = '{}', order_number = '',
    sealed_sender = NULL, sender_index = NULL, redacted_at = %(now)s
WHERE customer_id = ANY (%(customers)s::bigint[]) AND redacted_at IS NULL
RETURNING id
"""
SILENCE = """
UPDATE messaging_spoken AS spoken
SET subject = '', text = ''
FROM messaging_message AS message
WHERE message.id = spoken.message_id AND message.customer_id = ANY (%(customers)s::bigint[])
"""
# What was told of their matters in words of people; the rest of a message is numbers and days.
UNSAY = """
UPDATE messaging_message
SET params = jsonb_set(params, '{news}', (SELECT jsonb_object_agg(key, '…') FROM jsonb_each(params -> 'news')))
WHERE customer_id = ANY (%(customers)s::bigint[]) AND jsonb_typeof(params -> 'news') = 'object'
    AND params -> 'news' <> '{}'
"""
LOSE = """
WITH gone AS (
    SELECT attachment.id, attachment.storage_name, attachment.thumbnail
    FROM messaging_attachment AS attachment
    WHERE attachment.refusal <> 'erased' AND attachment.id IN (
        SELECT own.id FROM messaging_attachment AS own JOIN messaging_inbound AS inbound ON inbound.id = own.inbound_id
        WHERE inbound.customer_id = ANY (%(customers)s::bigint[])
        UNION ALL
        SELECT unnest(spoken.attachment_ids)
        FROM messaging_spoken AS spoken JOIN messaging_message AS message ON message.id = spoken.message_id
        WHERE message.customer_id = ANY (%(customers)s::bigint[])
        UNION ALL
        SELECT unnest(%(files)s::bigint[])
    )
    ORDER BY attachment.id FOR UPDATE OF attachment
)
UPDATE messaging_attachment AS attachment
SET storage_name = '', thumbnail = '', filename = '', content_id = '', sha256 = '', refusal = 'erased'
FROM gone WHERE attachment.id = gone.id
RETURNING gone.storage_name, gone.thumbnail
"""


LEAVE = """
WITH gone AS (
    DELETE FROM messaging_chat_line WHERE visit_id IN (
        SELECT id FROM messaging_chat_visit WHERE customer_id = ANY (%(customers)s::bigint[])
    )
)
DELETE FROM messaging_chat_visit WHERE customer_id = ANY (%(customers)s::bigint[])
"""


@command(needs=RECEIVE)
def redact_customers(actor: Actor, *, customer_ids: Sequence[int], now: datetime) -> list[str]:
    """Empty what erased customers wrote and were answered; return the names of files to delete after the commit.

    That there was a message, when and on which channel, stays. Locks: their files, in id order.
    Source: CUS-6 (PIPL art. 47, GDPR art. 17).
    """
    customers = arrays.integers(sorted(set(customer_ids)))
    wanted: dict[str, str | datetime] = {"customers": customers, "files": arrays.integers([]), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(REDACT, wanted)
        cursor.execute(SILENCE, wanted)
        cursor.execute(UNSAY, wanted)
        cursor.execute(LEAVE, wanted)
        cursor.execute(LOSE, wanted)
        return [name for row in cursor.fetchall() for name in row if name]


def lose_files(*, attachment_ids: Sequence[int]) -> list[str]:
    """Let files be erased that belong to somebody who is; a step of the caller's command, which names whose they are.

    Returns the names of files to delete after the commit. Locks: the files, in id order.
    """
    wanted = {"customers": arrays.integers([]), "files": arrays.integers(sorted(attachment_ids))}
    with connection.cursor() as cursor:
        cursor.execute(LOSE, wanted)
        return [name for row in cursor.fetchall() for name in row if name]
