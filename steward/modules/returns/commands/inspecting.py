"""Look at goods that came back and say what becomes of them; judge what only a person can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.enclosing import keep_files
from steward.modules.returns.commands.arriving import keep_time, waiting_since
from steward.modules.returns.commands.closing import close_if_done
from steward.modules.returns.commands.deciding import OwnCase, is_own
from steward.modules.returns.commands.finding import (
    Finding,
    JudgedAlready,
    SerialMissing,
    UnfitFinding,
    newest_inspections,
    write_findings,
)
from steward.modules.returns.commands.moving import counted, locked_case, pieces_of
from steward.modules.returns.commands.photos import refuse_foreign_files
from steward.modules.returns.commands.stock import book_pieces
from steward.modules.returns.commands.telling import tell_inspected
from steward.modules.returns.events import CaseInspected
from steward.modules.returns.models import Case, Evidence, Inspection, Piece
from steward.modules.returns.rules import states

__all__ = [
    "Finding",
    "JudgedAlready",
    "SerialMissing",
    "UnfitFinding",
    "inspect_pieces",
    "judge_pieces",
    "newest_inspections",
]
UNSEEN = ("awaiting", "in_transit", "received", "expired")


@command(needs="returns.inspect")
def inspect_pieces(actor: Actor, *, case_id: int, findings: Sequence[Finding], now: datetime) -> None:
    """Write down what was found of pieces that were received; what counts goes into stock at once, once.

    The limit of inspection and decision ends when every piece that came has both; the customer is told in the same
    transaction. What was rejected or left to a person can be looked at again. Goods that turn up after their case was
    completed go into stock without money. Raises: NotFound, UnfitFinding, UnknownFile, SerialMissing, JudgedAlready,
    WarehouseMissing, UnfitMovement. Emits: CaseInspected, StockMoved, CaseClosed.
    Locks: the case, its pieces, then stock. Source: RET-3.
    """
    row = locked_case(actor, case_id)
    since = waiting_since(row)
    pieces = {piece.id: piece for piece in pieces_of(row)}
    _still_open(row, "inspect", [pieces[one.piece_id] for one in findings if one.piece_id in pieces])
    looked = write_findings(actor, row, pieces, findings, now)
    touched = [pieces[one.piece_id] for one in looked]
    book_pieces(actor, row, {one.piece_id: one for one in looked}, touched, now)
    files = {id_ for finding in findings for id_ in finding.attachment_ids}
    refuse_foreign_files(actor, row, files)
    keep_files(sorted(files))
    Evidence.objects.bulk_create(
        [Evidence(case=row, attachment_id=id_, shows="inspection", given_by=actor.id, at=now) for id_ in sorted(files)],
        ignore_conflicts=True,
    )
    _announce(actor, row, looked, list(pieces.values()), since, now)


@command(needs="returns.decide")
def judge_pieces(actor: Actor, *, case_id: int, verdicts: Mapping[int, str], now: datetime) -> None:
    """Decide about pieces left to a person: lost, missing, something else, or doubtful; piece → accept or reject.

    Raises: NotFound, NotPossible, UnfitFinding. Emits: CaseInspected, StockMoved, CaseClosed. Locks: as above.
    """
    row = locked_case(actor, case_id)
    since = waiting_since(row)
    pieces = {piece.id: piece for piece in pieces_of(row)}
    if not verdicts or not set(verdicts) <= set(pieces) or not set(verdicts.values()) <= {"accept", "reject"}:
        raise UnfitFinding
    touched = [pieces[id_] for id_ in sorted(verdicts)]
    _still_open(row, "judge", touched)
    for piece in touched:
        if piece.acceptance == "pending" and piece.reception in UNSEEN:
            raise errors.NotPossible(state=piece.reception, verb=verdicts[piece.id])
        if verdicts[piece.id] == "accept" and piece.reception != "received" and is_own(row, actor):
            raise OwnCase
        piece.acceptance = states.next_acceptance(piece.acceptance, verdicts[piece.id])
    Piece.objects.bulk_update(touched, ["acceptance"])
    here = [piece for piece in touched if piece.reception == "received"]
    newest = newest_inspections([piece.id for piece in here])
    book_pieces(actor, row, newest, here, now)
    _announce(actor, row, list(newest.values()), list(pieces.values()), since, now, judged=touched)


def _still_open(row: Case, verb: str, pieces: Sequence[Piece]) -> None:
    """Refuse to look at goods of a case that is over: what they were is written, and another case may claim them.

    What counted before it came is taken in all the same. What is to be repaired is diagnosed, not graded.
    """
    if row.kind == "repair" and verb == "inspect":
        raise errors.NotPossible(state=row.state, verb=verb)
    if row.state != "approved" and not (row.state == "completed" and all(counted(piece) for piece in pieces)):
        raise errors.NotPossible(state=row.state, verb=verb)


def _announce(
    actor: Actor,
    row: Case,
    looked: Sequence[Inspection],
    pieces: Sequence[Piece],
    since: datetime | None,
    now: datetime,
    *,
    judged: Sequence[Piece] = (),
) -> None:
    """Tell the customer and the others, let the next parcel's limit run, close what is done."""
    here = [piece for piece in pieces if piece.reception not in (*states.ON_THE_WAY, *states.NEVER_CAME)]
    settled = states.is_settled((piece.reception, piece.acceptance) for piece in pieces)
    if row.state == "approved" and all(piece.acceptance in states.JUDGED for piece in here):
        tell_inspected(actor, row, here, now)
    keep_time(actor, row, since, now)
    ids = sorted({one.piece_id for one in looked} | {piece.id for piece in judged})
    inspected = CaseInspected(
        case_id=row.id,
        number=row.number,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        piece_ids=ids,
        grades=[one.grade for one in looked],
        dispositions=[one.disposition for one in looked],
        accepted=sum(piece.acceptance == "accepted" for piece in here),
        rejected=sum(piece.acceptance == "rejected" for piece in here),
        settled=settled,
        simulated=row.simulated,
    )
    events.record(actor, [inspected])
    close_if_done(actor, row, now)
