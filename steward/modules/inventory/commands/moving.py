"""Move goods: the typed, immutable movements that alone change what may be sold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import arrays, errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory.events import StockMoved
from steward.modules.inventory.models import MOVEMENT_KINDS, Movement, Warehouse

# Rows first, units after: a proposed row must pass the checks before its conflict is seen, and -1 piece would not.
MAKE_ROWS = """
INSERT INTO inventory_promise (item_id, pool)
SELECT item_id, pool FROM unnest(%(items)s::bigint[], %(pools)s::text[]) AS moved (item_id, pool)
ORDER BY item_id, pool
ON CONFLICT (item_id, pool) DO NOTHING
"""
LOCK = """
SELECT promise.id, promise.item_id, promise.pool, promise.sellable + promise.backorder_limit - promise.promised
FROM inventory_promise AS promise
JOIN unnest(%(items)s::bigint[], %(pools)s::text[]) AS moved (item_id, pool)
  ON moved.item_id = promise.item_id AND moved.pool = promise.pool
ORDER BY promise.id FOR NO KEY UPDATE OF promise
"""
MOVE = """
UPDATE inventory_promise AS promise
SET sellable = promise.sellable + moved.units
FROM unnest(%(items)s::bigint[], %(pools)s::text[], %(units)s::integer[]) AS moved (item_id, pool, units)
WHERE promise.item_id = moved.item_id AND promise.pool = moved.pool
"""


class MovementDraft(Struct, forbid_unknown_fields=True):
    """One movement: kind received (+), shipped (-) or adjusted (±, with a reason). Units: pieces."""

    warehouse: str
    item_id: int
    kind: str
    quantity: int
    reference: str = ""
    reason: str = ""


class UnfitMovement(errors.Refusal):
    """Refuse a movement that makes no sense, naming its place in the batch."""

    code = "unfit_movement"
    status = 422
    message = _("Movement %(position)s does not fit: %(why)s")


class PromisedAlready(errors.Refusal):
    """Refuse to take away goods that orders were promised."""

    code = "promised_already"
    status = 409
    message = _("Orders have been promised these goods. Cancel or re-allocate them first, or move fewer.")


def _checked(position: int, draft: MovementDraft, known: dict[str, tuple[int, str]]) -> tuple[int, str]:
    """Find the warehouse of a sensible movement. Raises: UnfitMovement."""
    why: Any = None
    if draft.warehouse not in known:
        why = _("there is no warehouse “%(code)s”.") % {"code": draft.warehouse}
    elif draft.kind not in MOVEMENT_KINDS:
        why = _("the kind must be received, shipped or adjusted.")
    elif draft.quantity == 0 or ((draft.kind == "received") != (draft.quantity > 0) and draft.kind != "adjusted"):
        why = _("received goods count up, shipped goods count down, nothing counts zero.")
    elif draft.kind == "adjusted" and not draft.reason:
        why = _("an adjustment needs a reason.")
    if why:
        raise UnfitMovement(position=position, why=why)
    return known[draft.warehouse]


@command(needs="stock.move")
def record_movements(actor: Actor, *, movements: Sequence[MovementDraft]) -> int:
    """Write movements and what may be sold after them.

    Returns how many. Raises: UnfitMovement, PromisedAlready. Emits: StockMoved. Locks: promises in id order.
    """
    known = {code: (id_, pool) for code, id_, pool in Warehouse.objects.values_list("code", "id", "pool")}
    places = [_checked(position, draft, known) for position, draft in enumerate(movements, 1)]
    delta: dict[tuple[int, str], int] = defaultdict(int)
    for draft, (_id, pool) in zip(movements, places, strict=True):
        delta[draft.item_id, pool] += draft.quantity
    keys = sorted(delta)
    columns = {
        "items": arrays.integers([item for item, _pool in keys]),
        "pools": arrays.texts([pool for _item, pool in keys]),
        "units": arrays.integers([delta[key] for key in keys]),
    }
    with connection.cursor() as cursor:
        cursor.execute(MAKE_ROWS, {"items": columns["items"], "pools": columns["pools"]})
        cursor.execute(LOCK, {"items": columns["items"], "pools": columns["pools"]})
        free = {(row[1], row[2]): row[3] for row in cursor.fetchall()}
        if any(delta[key] < 0 and delta[key] + free.get(key, 0) < 0 for key in keys):
            raise PromisedAlready
        cursor.execute(MOVE, columns)
    Movement.objects.bulk_create(
        Movement(
            warehouse_id=place[0],
            item_id=draft.item_id,
            kind=draft.kind,
            quantity=draft.quantity,
            reference=draft.reference,
            reason=draft.reason,
            actor=actor.id,
        )
        for draft, place in zip(movements, places, strict=True)
    )
    moved = [
        StockMoved(item_id=d.item_id, warehouse_id=place[0], pool=place[1], kind=d.kind, quantity=d.quantity)
        for d, place in zip(movements, places, strict=True)
    ]
    events.record(actor, moved)
    return len(movements)


@command(needs="stock.move")
def open_warehouse(actor: Actor, *, code: str, name: str, district_code: str = "", pool: str = "main") -> int:
    """Add a warehouse that serves a sales pool. Returns its id."""
    warehouse, _made = Warehouse.objects.get_or_create(
        code=code, defaults={"name": name, "district_code": district_code, "pool": pool}
    )
    return int(warehouse.id)
