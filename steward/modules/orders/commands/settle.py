"""Settle a conflict: the order came again with other content, and a person decides."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from steward.kernel import errors, events, personal
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.customers.commands.matching import open_key
from steward.modules.orders.commands.amounts import take_goods
from steward.modules.orders.commands.mend import mend_order, mendable
from steward.modules.orders.commands.moving import lock_order
from steward.modules.orders.commands.progress import advance_orders
from steward.modules.orders.events import OrderConflictSettled
from steward.modules.orders.models import Conflict
from steward.modules.orders.rules.drafts import OrderDraft

SYSTEM = system("orders")
Decision = Literal["keep", "take_recipient", "take_goods", "take_all"]


@command(needs="orders.mend")
def settle_conflict(actor: Actor, *, conflict_id: int, decision: Decision, now: datetime) -> None:
    """Keep the order as it is, or take recipient and note, lines and amounts, or all from the second content.

    What is taken is checked anew, and its goods are promised in the same transaction; then the order moves on.
    Raises: NotFound, Stale, MendTooLate, GoodsStand, Erased.
    Emits: OrderConflictSettled and what mend_order and advance_orders emit.
    """
    conflict = Conflict.objects.filter(id=conflict_id, resolved_at=None).first()
    if conflict is None:
        raise errors.NotFound(key=conflict_id)
    lock_order(conflict.order_id)
    if not Conflict.objects.filter(id=conflict_id, resolved_at=None).update(resolved_at=now, resolved_by=actor.id):
        raise errors.Stale
    events.record(actor, [OrderConflictSettled(order_id=conflict.order_id, conflict_id=conflict_id, decision=decision)])
    if decision != "keep":
        draft = _second_content(conflict)
        if decision != "take_recipient":  # first: after it the order waits for a person, whatever the recipient is
            take_goods(actor, mendable(conflict.order_id), draft, now=now)
        if decision != "take_goods":
            changes = {f"recipient.{name}": value for name, value in msgspec.structs.asdict(draft.recipient).items()}
            mend_order(actor, order_id=conflict.order_id, changes={**changes, "note": draft.note}, now=now)
    advance_orders(SYSTEM, order_ids=[conflict.order_id], now=now)


def _second_content(conflict: Conflict) -> OrderDraft:
    raw = bytes(conflict.draft)
    if conflict.customer_id is not None:
        raw = personal.unseal(open_key(conflict.customer_id), raw)
    return msgspec.msgpack.decode(raw, type=OrderDraft)
