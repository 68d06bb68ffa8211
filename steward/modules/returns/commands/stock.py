"""Take pieces that count back into stock, each exactly once, in the condition that became of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.logistics.queries.sent import goods_sent
from steward.modules.returns.models import Case, Inspection, Piece
from steward.modules.returns.rules.states import CONDITION_OF


class WarehouseMissing(errors.Refusal):
    """Refuse to book goods nobody knows the place of."""

    code = "warehouse_missing"
    status = 422
    message = _("Name the warehouse these goods are in: it is not known from where they had been sent.")


def book_pieces(
    actor: Actor, row: Case, found: Mapping[int, Inspection], pieces: Sequence[Piece], now: datetime
) -> int:
    """Book accepted pieces of a locked case into stock by what was found; those booked before are left alone.

    A bundle comes back as what it consists of; what has no stock, or stays with the customer, is not booked. Returns
    how many pieces. The case's number is the reference. Raises: WarehouseMissing, UnfitMovement. Emits: StockMoved.
    """
    moves = []
    taken: dict[str, list[Piece]] = {}
    facts = catalog.items_by_id({piece.item_id for piece in pieces})
    codes = {id_: code for code, id_ in inventory.warehouse_ids().items()}
    sent = {one.item_id: one.warehouse for one in reversed(goods_sent([row.order_id]))}
    for piece in pieces:
        inspection, item = found.get(piece.id), facts[piece.item_id]
        condition = CONDITION_OF.get(inspection.disposition, "") if inspection else ""
        if piece.acceptance != "accepted" or piece.booked or not condition or inspection is None or not item.stocked:
            continue
        taken.setdefault(condition, []).append(piece)
        for part, each in item.components or ((item.id, 1),):
            place = codes.get(inspection.warehouse_id or 0) or sent.get(part)
            if place is None:
                raise WarehouseMissing
            lot = "" if item.components else inspection.lot_code
            moves.append(
                MovementDraft(
                    place,
                    part,
                    "returned",
                    each,
                    reference=row.number,
                    reason=inspection.disposition,
                    lot=lot,
                    condition=condition,
                )
            )
    for condition, ones in taken.items():
        fresh = Piece.objects.filter(id__in=[one.id for one in ones], booked="")
        if fresh.update(booked=condition) != len(ones):
            raise errors.Stale
        for one in ones:
            one.booked = condition
    if moves:
        # Who may inspect may thereby take goods in, and only thereby.
        keeper = dataclasses.replace(actor, permissions=actor.permissions | {"stock.move"})
        record_movements(keeper, movements=moves, now=now)
    return sum(len(ones) for ones in taken.values())


def warehouse_of(row: Case, item_id: int) -> str:
    """Name the warehouse goods of a case had been sent from. Raises: WarehouseMissing."""
    for one in goods_sent([row.order_id]):
        if one.item_id == item_id:
            return one.warehouse
    raise WarehouseMissing
