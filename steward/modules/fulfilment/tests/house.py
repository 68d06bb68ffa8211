"""A house with three warehouses and approved orders, made by the commands people use."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.inventory.commands.places import open_warehouse
from steward.modules.orders.commands.moving import Move, lock_orders, move_orders
from steward.modules.orders.models import Order
from tests import make

# code → name, district
PLACES = {"hangzhou": ("杭州仓", "330110"), "guangzhou": ("广州仓", "440111"), "chengdu": ("成都仓", "510116")}


def warehouses() -> None:
    """Open the three warehouses."""
    for code, (name, district) in PLACES.items():
        open_warehouse(make.TESTER, code=code, name=name, district_code=district)


def stock(item_id: int, **pieces: int) -> None:
    """Let goods arrive: warehouse → pieces."""
    moves = [MovementDraft(code, item_id, "received", units) for code, units in pieces.items()]
    record_movements(make.TESTER, movements=moves)


def approved(number: str = "A-1", *, approve: bool = True, **changes: Any) -> int:
    """Take an order in and approve it, as the audit would, without anything that follows; return its id."""
    one = 1 + Order.objects.count()
    order_id = make.order(number, **(make.somebody(one) | changes)).order_id
    if approve:
        approve_orders([order_id])
    return order_id


def approve_orders(order_ids: list[int]) -> None:
    """Bring orders to approval by their own transitions."""
    with transaction.atomic():
        for verb in ("pass_checks", "submit", "approve"):
            standing = lock_orders(order_ids)
            moves = [Move(one, verb) for one in standing.values() if one.state != "approved"]
            move_orders(make.TESTER, [one for one in moves if _can(one)], make.NOW)


def _can(move: Move) -> bool:
    return {"pass_checks": "received", "submit": "checked", "approve": "audit"}[move.verb] == move.order.state


def today() -> date:
    """Return the day of the tests."""
    return make.NOW.date()


def lot(item_id: int, code: str, pieces: int, *, keeps_days: int) -> None:
    """Let a lot arrive that keeps so many days."""
    draft = MovementDraft(
        code, item_id, "received", pieces, lot=f"L{keeps_days}", expires_date=today() + timedelta(days=keeps_days)
    )
    record_movements(make.TESTER, movements=[draft])
