"""Take in what came back: pieces that are there, missing or something else, and what nobody had announced."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands.moving import MovementDraft, record_movements
from steward.modules.returns.commands.arriving import keep_time, waiting_since
from steward.modules.returns.commands.deciding import claim_again
from steward.modules.returns.commands.moving import counted, locked_with_order, move_case, move_pieces, pieces_of
from steward.modules.returns.commands.stock import warehouse_of
from steward.modules.returns.models import Case, Parcel, Piece, Surplus
from steward.modules.returns.rules import states

VERBS = ("receive", "miss", "mistake")


class UnfitReceipt(errors.Refusal):
    """Refuse to receive what is no piece of the case, or nothing at all."""

    code = "unfit_receipt"
    status = 422
    message = _("Say of pieces of this case which are there, missing or something else.")


class Beyond(Struct, frozen=True, kw_only=True):
    """What lay in a parcel beyond what was announced; the SKU where it is goods of ours. Units: pieces.

    The same `key` in the same case is the same surplus: it is noted once.
    """

    key: str
    quantity: int
    note: str
    sku: str = ""
    warehouse: str = ""


@command(needs="returns.receive")
def receive_pieces(
    actor: Actor, *, case_id: int, arrived: Mapping[int, str], surplus: Sequence[Beyond] = (), now: datetime
) -> None:
    """Say what came of a case: piece → receive, miss or mistake. Pieces not named are still on their way.

    A second time for the same piece changes nothing. From the first arrival on the time runs in which it is inspected
    and decided. What is missing or something else a person judges; surplus goods of ours go into quarantine. A case
    that had lapsed is open again, and so is a completed one of which pieces turn up that did not count; what counted
    already is taken in without that. Raises: NotFound, NotPossible, UnfitReceipt, ClaimedMeanwhile.
    Emits: CasePieceMoved. Locks: the order, the case, its pieces. Source: RET-3 (partial arrival).
    """
    row = locked_with_order(actor, case_id)
    pieces = {piece.id: piece for piece in pieces_of(row)}
    fits = set(arrived) <= set(pieces) and set(arrived.values()) <= set(VERBS)
    if not fits or not (arrived or surplus) or not all(_fits(one) for one in surplus):
        raise UnfitReceipt
    _open(row, [pieces[id_] for id_ in arrived], set(arrived.values()), now)
    since = waiting_since(row)
    for verb in VERBS:
        chosen = [pieces[id_] for id_, said in arrived.items() if said == verb and not _was(pieces[id_], verb)]
        changes = {"received_at": now} if verb == "receive" else {}
        move_pieces(actor, row, chosen, verb, now, **changes)
        if verb != "receive":
            _to_person(chosen)
        elif chosen:
            _opened(chosen, now)
    keep_time(actor, row, since, now)
    _note(actor, row, surplus, now)


def _open(row: Case, pieces: Sequence[Piece], verbs: Collection[str], now: datetime) -> None:
    """Open a locked case again that takes goods in though it was over. Raises: NotPossible, ClaimedMeanwhile."""
    if row.state == "lapsed":
        again = [piece.id for piece in pieces_of(row)]
    elif row.state == "completed" and set(verbs) <= {"receive"}:
        again = [piece.id for piece in pieces if not counted(piece)]
        if not again:
            return
    elif row.state == "approved":
        return
    else:
        raise errors.NotPossible(state=row.state, verb="receive")
    claim_again(row, again)
    for piece in pieces:
        piece.live = piece.live or piece.id in again
    move_case(row, "arrive", now, closed_at=None)


def _was(piece: Piece, verb: str) -> bool:
    """Tell whether the same was said of a piece before."""
    return piece.reception == {"receive": "received", "miss": "short", "mistake": "wrong_item"}[verb]


def _to_person(pieces: Sequence[Piece]) -> None:
    waiting = [piece for piece in pieces if piece.acceptance == "pending"]
    for piece in waiting:
        piece.acceptance = states.next_acceptance(piece.acceptance, "ask_person")
    Piece.objects.bulk_update(waiting, ["acceptance"])


def _opened(pieces: Sequence[Piece], now: datetime) -> None:
    parcels = {piece.parcel_id for piece in pieces if piece.parcel_id}
    Parcel.objects.filter(id__in=parcels, opened_at=None).update(opened_at=now)


def _fits(one: Beyond) -> bool:
    return one.quantity > 0 and bool(one.note.strip()) and 0 < len(one.key) <= 64


def _note(actor: Actor, row: Case, surplus: Sequence[Beyond], now: datetime) -> None:
    """Write down what nobody had announced, each once, and take goods of ours into quarantine."""
    named = {one.key: one for one in surplus}
    noted = set(Surplus.objects.filter(case=row, key__in=list(named)).values_list("key", flat=True)) if named else set()
    fresh = [one for key, one in named.items() if key not in noted]
    known = catalog.items_by_code([one.sku for one in fresh if one.sku])
    rows, moves = [], []
    for one in fresh:
        item = known.get(one.sku) if one.sku else None
        if one.sku and item is None:
            raise errors.NotFound(key=one.sku)
        booked = item is not None and item.stocked and not item.components
        rows.append(
            Surplus(
                case=row,
                key=one.key,
                item_id=item.id if item else None,
                quantity=one.quantity,
                note=one.note.strip()[:400],
                booked=booked,
                noted_at=now,
                noted_by=actor.id,
            )
        )
        if item is not None and booked:
            place = one.warehouse or warehouse_of(row, item.id)
            moves.append(
                MovementDraft(
                    place, item.id, "returned", one.quantity, reference=row.number, reason="surplus",
                    condition="quarantine",
                )
            )  # fmt: skip
    Surplus.objects.bulk_create(rows)
    if moves:
        keeper = dataclasses.replace(actor, permissions=actor.permissions | {"stock.move"})
        record_movements(keeper, movements=moves, now=now)
