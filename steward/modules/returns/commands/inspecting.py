"""Look at goods that came back and say what becomes of them; judge what only a person can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory import queries as inventory
from steward.modules.returns.commands.closing import close_if_done
from steward.modules.returns.commands.deciding import OwnCase, is_own
from steward.modules.returns.commands.moving import INSPECTION, locked_case, pieces_of, stop_clock
from steward.modules.returns.commands.stock import book_pieces, sent_of
from steward.modules.returns.commands.telling import tell_inspected
from steward.modules.returns.events import CaseInspected
from steward.modules.returns.models import Case, Evidence, Inspection, Piece
from steward.modules.returns.queries.proposals import proposed
from steward.modules.returns.rules import states

UNSEEN = ("awaiting", "in_transit", "received", "expired")


class UnfitFinding(errors.Refusal):
    """Refuse what was found where it cannot be: no piece that is here, no grade, no share."""

    code = "unfit_finding"
    status = 422
    message = _("Give pieces of this case that were received a grade of A to D, and a share of 0 to 1000 ‰.")


class SerialMissing(errors.Refusal):
    """Refuse goods that carry a serial number without it."""

    code = "serial_missing"
    status = 422
    message = _("%(sku)s carries a serial number: scan it.")


class JudgedAlready(errors.Refusal):
    """Refuse to look again at what counts already: its goods are in stock."""

    code = "judged_already"
    message = _("This piece was accepted already and is in stock. Change its condition there.")


class Finding(Struct, frozen=True, kw_only=True):
    """What was found of one piece. Without disposition, verdict or share what the rule proposes counts.

    `verdict` is accept, reject or ask_person. Units: permille.
    """

    piece_id: int
    grade: str
    disposition: str = ""
    verdict: str = ""
    share_permille: int | None = None
    answers: Mapping[str, Any] = {}
    attachment_ids: tuple[int, ...] = ()
    serial: str = ""
    lot: str = ""
    warehouse: str = ""
    note: str = ""


@command(needs="returns.inspect")
def inspect_pieces(actor: Actor, *, case_id: int, findings: Sequence[Finding], now: datetime) -> None:
    """Write down what was found of pieces that were received; what counts goes into stock at once, once.

    The limit of inspection and decision ends when every piece that came has both; the customer is told in the same
    transaction. What was rejected or left to a person can be looked at again. Raises: NotFound, UnfitFinding,
    SerialMissing, JudgedAlready, WarehouseMissing, UnfitMovement. Emits: CaseInspected, StockMoved, CaseClosed.
    Locks: the case, its pieces, then stock. Source: RET-3.
    """
    row = locked_case(actor, case_id)
    pieces = {piece.id: piece for piece in pieces_of(row)}
    _still_open(row, "inspect")
    looked = [_write(actor, row, pieces, finding, now) for finding in findings]
    if not looked:
        raise UnfitFinding
    touched = [pieces[one.piece_id] for one in looked]
    Piece.objects.bulk_update(touched, ["acceptance"])
    book_pieces(actor, row, {one.piece_id: one for one in looked}, touched, now)
    files = {id_ for finding in findings for id_ in finding.attachment_ids}
    Evidence.objects.bulk_create(
        [Evidence(case=row, attachment_id=id_, shows="inspection", given_by=actor.id, at=now) for id_ in sorted(files)],
        ignore_conflicts=True,
    )
    _announce(actor, row, looked, list(pieces.values()), now)


@command(needs="returns.decide")
def judge_pieces(actor: Actor, *, case_id: int, verdicts: Mapping[int, str], now: datetime) -> None:
    """Decide about pieces left to a person: lost, missing, something else, or doubtful; piece → accept or reject.

    Raises: NotFound, NotPossible, UnfitFinding. Emits: CaseInspected, StockMoved, CaseClosed. Locks: as above.
    """
    row = locked_case(actor, case_id)
    pieces = {piece.id: piece for piece in pieces_of(row)}
    if not verdicts or not set(verdicts) <= set(pieces) or not set(verdicts.values()) <= {"accept", "reject"}:
        raise UnfitFinding
    _still_open(row, "judge")
    touched = [pieces[id_] for id_ in sorted(verdicts)]
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
    _announce(actor, row, list(newest.values()), list(pieces.values()), now, judged=touched)


def _still_open(row: Case, verb: str) -> None:
    """Refuse to look at goods of a case that is over: what they were is written, and another case may claim them."""
    if row.state != "approved" or (row.kind == "repair" and verb == "inspect"):  # those are diagnosed, not graded
        raise errors.NotPossible(state=row.state, verb=verb)


def newest_inspections(piece_ids: Sequence[int]) -> dict[int, Inspection]:
    """Read what was found last of pieces."""
    rows = Inspection.objects.filter(piece_id__in=piece_ids).order_by("piece_id", "-id").distinct("piece_id")
    return {row.piece_id: row for row in rows}


def _write(actor: Actor, row: Case, pieces: Mapping[int, Piece], finding: Finding, now: datetime) -> Inspection:
    """Write one look at a piece, and let it count, not count, or wait for a person."""
    piece = pieces.get(finding.piece_id)
    share = finding.share_permille
    fits = finding.grade in states.GRADES and finding.disposition in ("", *states.DISPOSITIONS)
    if (
        piece is None
        or not piece.live
        or piece.reception != "received"
        or not fits
        or not (share is None or 0 <= share <= 1000)
    ):
        raise UnfitFinding
    if piece.acceptance == "accepted":
        raise JudgedAlready
    if piece.item.serialised and not finding.serial.strip():
        raise SerialMissing(sku=piece.item.sku)
    wish = proposed(row, piece, finding.grade, serial=finding.serial)
    verdict = finding.verdict or wish.acceptance
    if verdict == "accept" and (wish.acceptance != "accept" or piece.acceptance == "to_person"):
        actor.require("returns.decide")  # what the rule leaves to a person is not for whoever looks at goods
    piece.acceptance = _judged(piece.acceptance, verdict)
    returned = "back_to_customer" if verdict == "reject" else wish.disposition
    sent = sent_of(row, piece.item_id) if not finding.lot else None
    return Inspection.objects.create(
        piece=piece,
        grade=finding.grade,
        disposition=finding.disposition or returned,
        share_permille=wish.share_permille if share is None else share,
        warehouse_id=inventory.warehouse_id(finding.warehouse) if finding.warehouse else None,
        lot_code=(finding.lot.strip() or (sent.lot_code if sent else ""))[:40],
        serial=finding.serial.strip()[:80],
        answers=dict(finding.answers),
        attachments=list(finding.attachment_ids),
        note=finding.note.strip()[:400],
        movement_reference=row.number,
        inspected_at=now,
        inspected_by=actor.id,
    )


def _judged(acceptance: str, verdict: str) -> str:
    """Follow a verdict; what had been rejected is open again first. Raises: NotPossible."""
    if acceptance == "rejected":
        acceptance = states.next_acceptance(acceptance, "ask_person")
    if acceptance == "to_person" and verdict == "ask_person":
        return acceptance
    return states.next_acceptance(acceptance, verdict)


def _announce(
    actor: Actor,
    row: Case,
    looked: Sequence[Inspection],
    pieces: Sequence[Piece],
    now: datetime,
    *,
    judged: Sequence[Piece] = (),
) -> None:
    """Stop the clock where disposition and decision stand, tell the customer and the others, close what is done."""
    here = [piece for piece in pieces if piece.reception not in (*states.ON_THE_WAY, *states.NEVER_CAME)]
    settled = states.is_settled((piece.reception, piece.acceptance) for piece in pieces)
    if all(piece.acceptance in states.JUDGED for piece in here):
        tell_inspected(actor, row, here, now)
        stop_clock(actor, [row], INSPECTION, now)
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
