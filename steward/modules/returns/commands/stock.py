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
from steward.modules.logistics.queries.sent import Sent, goods_sent
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
    booked = 0
    facts = catalog.items_by_id({piece.item_id for piece in pieces})
    for piece in pieces:
        inspection, item = found.get(piece.id), facts[piece.item_id]
        condition = CONDITION_OF.get(inspection.disposition, "") if inspection else ""
        if piece.acceptance != "accepted" or not condition or inspection is None or not item.stocked:
            continue
        if Piece.objects.filter(id=piece.id, booked="").update(booked=condition) != 1:
            continue
        piece.booked, booked = condition, booked + 1
        place = inventory.warehouse_code(inspection.warehouse_id) if inspection.warehouse_id else ""
        moves += [
            MovementDraft(
                place or warehouse_of(row, part),
                part,
                "returned",
                each,
                reference=row.number,
                reason=inspection.disposition,
                lot="" if item.components else inspection.lot_code,
                condition=condition,
            )
            for part, each in item.components or ((item.id, 1),)
        ]
    if moves:
        # Who may inspect may thereby take goods in, and only thereby.
        keeper = dataclasses.replace(actor, permissions=actor.permissions | {"stock.move"})
        record_movements(keeper, movements=moves, now=now)
    return booked


def warehouse_of(row: Case, item_id: int) -> str:
    """Name the warehouse goods of a case had been sent from. Raises: WarehouseMissing."""
    one = sent_of(row, item_id)
    if one is None:
        raise WarehouseMissing
    return one.warehouse


def sent_of(row: Case, item_id: int) -> Sent | None:
    """Find how an item of the case's order had been sent."""
    return next((one for one in goods_sent([row.order_id]) if one.item_id == item_id), None)
