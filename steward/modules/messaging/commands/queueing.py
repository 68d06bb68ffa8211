"""Put messages into the outbox, in the transaction of whatever makes them necessary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import arrays, errors, events, sql
from steward.kernel.actor import Actor
from steward.modules.messaging.models import Message, MessageKind
from steward.modules.messaging.rules import catalogue
from steward.modules.messaging.rules.outgoing import LONGEST_KEY, Outgoing

PACKAGE = "steward.modules.messaging"
CHANGED = "messaging.message_queued"


class UnfitMessage(errors.Refusal):
    """Refuse a message whose template, facts, channel or key do not fit; the caller has to be mended."""

    code = "unfit_message"
    status = 422
    message = _("The message “%(template)s” cannot be queued: %(why)s.")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox to be: exactly one of customer and staff reads it."""

    outgoing: Outgoing
    customer_id: int | None
    staff_id: int | None = None


def send_messages(actor: Actor, *, messages: Sequence[Outgoing], now: datetime) -> list[int]:
    """Queue messages to customers; a worker sends them after the caller's commit, or never where it rolls back.

    A step of the caller's command, inside its transaction, in one statement. Returns the ids in the order given; a
    `dedupe_key` that was used before gives the id of the message it stands for, and nothing is sent again. Simulated
    messages are kept as suppressed. Raises: UnfitMessage; RuntimeError outside a transaction.
    Locks: unique dedupe keys, in key order.
    """
    for one in messages:
        if fault := _fault(one, audience="customer"):
            raise UnfitMessage(template=one.template, why=fault)
    return queue([Row(outgoing=one, customer_id=one.customer_id) for one in messages], now=now)


def queue(rows: Sequence[Row], *, now: datetime) -> list[int]:
    """Write rows of the outbox, each key once; return the ids in the order given."""
    if not rows:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("messages are queued with the change that makes them necessary, inside its transaction")
    hours = dict(MessageKind.objects.values_list("code", "expires_after_h"))
    # Of two rows with one key in a batch the first counts; ON CONFLICT alone would leave it to the sort.
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.outgoing.dedupe_key, row)
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "queue_messages"), _columns(list(first.values()), hours, now))
    ids = dict(Message.objects.filter(dedupe_key__in=list(first)).values_list("dedupe_key", "id"))
    events.notify_live([CHANGED])
    return [ids[row.outgoing.dedupe_key] for row in rows]


def _columns(rows: Sequence[Row], hours: dict[str, int], now: datetime) -> dict[str, Any]:
    wanted = [row.outgoing for row in rows]
    due = [max(one.not_before or now, now) for one in wanted]
    return {
        "now": now,
        "templates": arrays.texts([one.template for one in wanted]),
        "customers": arrays.integers([row.customer_id for row in rows]),
        "staff": arrays.integers([row.staff_id for row in rows]),
        "subject_kinds": arrays.texts([one.subject_kind for one in wanted]),
        "subject_ids": arrays.integers([one.subject_id for one in wanted]),
        "params": arrays.texts([msgspec.json.encode(dict(one.params)).decode() for one in wanted]),
        "keys": arrays.texts([one.dedupe_key for one in wanted]),
        "channels": arrays.texts([one.channel or "" for one in wanted]),
        "link_purposes": arrays.texts([one.link.purpose if one.link else "" for one in wanted]),
        "link_subjects": arrays.integers([one.link.subject_id if one.link else None for one in wanted]),
        "link_ends": arrays.instants([one.link.expires_at if one.link else None for one in wanted]),
        "simulated": arrays.flags([one.simulated for one in wanted]),
        "due": arrays.instants(due),
        "ends": arrays.instants(
            [at + timedelta(hours=hours[one.template]) for at, one in zip(due, wanted, strict=True)]
        ),
    }


def _fault(one: Outgoing, *, audience: str) -> str:
    kind = catalogue.KINDS.get(one.template)
    if kind is None or kind.audience != audience:
        return f"no template of this code for a {audience}"
    if one.channel is not None and one.channel not in kind.channels:
        return f"no channel {one.channel!r}"
    if not 0 < len(one.dedupe_key) <= LONGEST_KEY:
        return "the dedupe key is empty or too long"
    if kind.needs_link and kind.link_purpose != "order" and one.link is None:
        return f"needs the link to its {kind.link_purpose}"
    return ", ".join(catalogue.param_faults(kind, one.params))
