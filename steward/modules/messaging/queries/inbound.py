"""Read what came in: as it was said, without the address it came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection
from msgspec import Struct

from steward.kernel import arrays, personal
from steward.modules.messaging.models import Attachment, Inbound
from steward.modules.messaging.rules.channels import Sender

KEYS = """
SELECT inbound.id, inbound.sealed_sender, key.wrapped, key.master_version
FROM messaging_inbound AS inbound
JOIN customers_customer AS customer ON customer.id = inbound.customer_id
JOIN kernel_person_key AS key ON key.id = customer.person_key_id
WHERE inbound.id = ANY (%(ids)s::bigint[]) AND inbound.sealed_sender IS NOT NULL AND key.wrapped IS NOT NULL
"""


class InboundView(Struct, frozen=True, kw_only=True):
    """One message from outside; `text` are the new words, `quoted` what was folded away, `html` is clean."""

    id: int
    channel: str
    box: str
    external_id: str
    customer_id: int | None
    sent_at: datetime
    received_at: datetime
    subject: str
    text: str
    quoted: str
    html: str
    message_ref: str
    references: list[str]
    reply_token: str
    automatic: str
    language: str
    order_number: str
    facts: dict[str, Any]
    simulated: bool
    redacted_at: datetime | None
    attachment_ids: list[int]


COLUMNS = (
    "id", "channel", "box", "external_id", "customer_id", "sent_at", "received_at", "subject", "body", "quoted", "html",
    "message_ref", "refs", "reply_token", "automatic", "language", "order_number", "facts", "simulated", "redacted_at",
)  # fmt: skip
NAMES = {"body": "text", "refs": "references"}


def received(ids: Collection[int]) -> list[InboundView]:
    """Read some messages, in the order of their ids; two queries for all."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    files: dict[int, list[int]] = defaultdict(list)
    rows = Attachment.objects.filter(inbound__in=wanted).order_by("id").values_list("inbound_id", "id")
    for inbound_id, attachment_id in rows:
        files[inbound_id or 0].append(attachment_id)
    found = Inbound.objects.filter(id__in=wanted).order_by("id").values(*COLUMNS)
    return [
        InboundView(**{NAMES.get(name, name): value for name, value in row.items()}, attachment_ids=files[row["id"]])
        for row in found
    ]


def senders(ids: Collection[int]) -> dict[int, Sender]:
    """Open who sent some messages, in clear: for answering alone, never for a screen. The erased are missing."""
    wanted = arrays.integers(sorted(set(ids)))
    with connection.cursor() as cursor:
        cursor.execute(KEYS, {"ids": wanted})
        rows: list[Any] = cursor.fetchall()
    return {
        id_: Sender(**personal.unseal(personal.unwrap(wrapped, version), sealed))
        for id_, sealed, wrapped, version in rows
    }
