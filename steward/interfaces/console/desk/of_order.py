"""What the page of an order shows of the desk: the tickets about it."""

from __future__ import annotations

from typing import Any

from steward.kernel.actor import Actor
from steward.modules.desk.queries.inbox import tickets_of_order


def of_order(actor: Actor, order_id: int) -> dict[str, Any]:
    """Give the tickets about an order, newest word first."""
    return {"tickets": tickets_of_order(order_id) if actor.may("tickets.view") else []}
