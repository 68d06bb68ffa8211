"""Say that a step of the house's own is done; the order goes on by itself."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.orders.commands.own_steps import write_done
from steward.modules.orders.commands.progress import advance_orders


@command(needs="orders.do_steps")
def complete_step(actor: Actor, *, order_id: int, code: str, note: str, now: datetime) -> None:
    """Note that an order's step is done and let it go on as far as the rules allow.

    Raises: NotFound, NoSuchStep. Emits: OrderStepCompleted and what advance_orders emits. Locks: the order.
    """
    write_done(actor, order_id=order_id, code=code, note=note, now=now)
    advance_orders(system("orders"), order_ids=[order_id], now=now)
