"""What was said to a customer about an order, for the order's page."""

from __future__ import annotations

from typing import Any

from steward.kernel.actor import Actor
from steward.modules.messaging.queries import outbox, words

SHOWN = 20


def of_order(actor: Actor, order_id: int) -> dict[str, Any]:
    """List the newest messages about an order, their readers masked, for who may see messages."""
    may_view = actor.may("messaging.view")
    found = outbox.messages_about("order", order_id, limit=SHOWN + 1) if may_view else []
    return {
        "may_view_messages": may_view,
        "messages_about": [
            (row, words.kind(row.template), words.CHANNELS.get(row.channel, ""), words.REASONS.get(row.reason, ""))
            for row in found[:SHOWN]
        ],
        "has_more_messages": len(found) > SHOWN,
    }
