"""Let pieces leave their cases that the source of the order took back: their money goes back there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.queries.returning import LineBought, orders_bought
from steward.modules.returns.commands.calling_off import call_off_parcels
from steward.modules.returns.commands.closing import close_if_done
from steward.modules.returns.commands.moving import (
    announce_closed,
    announce_decision,
    lock_cases,
    move_case,
    move_pieces,
)
from steward.modules.returns.commands.valuing import value
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.rules import states

# The first leave first: what never moved, then what stays, then what is on its way or here.
NOT_SENT = ("awaiting", "left_with_customer")


@command(needs="returns.receive")
def leave_cancelled(actor: Actor, *, order_ids: Collection[int], now: datetime) -> int:
    """Take pieces out of open cases of which the source cancelled the lines; a second run finds none.

    What was not sent is claimed no longer; what is on its way or here is taken in, without money. A case of which
    nothing is left is withdrawn; one that waits is valued anew. Returns how many pieces left. Emits: CasePieceMoved,
    CaseDecided, CaseClosed. Locks: the cases in id order, their pieces.
    """
    open_cases = Case.objects.filter(order_id__in=list(order_ids), state__in=states.OPEN)
    rows = lock_cases(set(open_cases.values_list("id", flat=True)))
    lines = {line.id: line for order in orders_bought(ids=order_ids) for line in order.lines if line.cancelled}
    claims = Piece.objects.filter(line_id__in=lines, live=True).exclude(acceptance="rejected")
    pieces = list(claims.select_related("item").select_for_update(no_key=True, of=("self",)).order_by("id"))
    leaving = _too_many(pieces, lines, {row.id for row in rows})
    for row in rows:
        if mine := [piece for piece in leaving if piece.case_id == row.id]:
            _leave(actor, row, mine, now)
    return len(leaving)


def _too_many(pieces: Sequence[Piece], lines: Mapping[int, LineBought], open_ids: Collection[int]) -> list[Piece]:
    """Choose of each line the pieces beyond what still counts: of open cases, their money not asked for."""
    chosen: list[Piece] = []
    for line_id, line in lines.items():
        claiming = [one for one in pieces if one.line_id == line_id and (one.refund_id or one.settled_at is None)]
        free = [one for one in claiming if one.settled_at is None and one.case_id in open_ids]
        free.sort(key=lambda one: (one.reception not in NOT_SENT, -one.position))
        chosen += free[: max(0, len(claiming) - line.wanted)]
    return chosen


def _leave(actor: Actor, row: Case, pieces: Sequence[Piece], now: datetime) -> None:
    gone = [piece for piece in pieces if piece.reception in NOT_SENT]
    call_off_parcels(actor, row, gone, now)
    move_pieces(actor, row, gone, "cancel", now, live=False)
    coming = [piece for piece in pieces if piece.reception != "cancelled"]
    Piece.objects.filter(id__in=[piece.id for piece in coming]).update(settled_at=now)
    lines = list(Piece.objects.filter(case=row, live=True, settled_at=None).values_list("line_id", flat=True))
    if not Piece.objects.filter(case=row, live=True).exists():
        move_case(row, "withdraw", now)
        announce_decision(actor, [row], "withdraw", decider=actor.id)
        announce_closed(actor, row, now)
    elif row.state == "requested" and not value([(row, lines)]):
        Case.objects.filter(id=row.id).update(quoted_minor=row.quoted_minor, worth_minor=row.worth_minor)
    else:
        close_if_done(actor, row, now)
