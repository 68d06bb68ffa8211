"""Give back the money of a case: computed, asked for once, followed until it was paid, refused or failed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

import structlog
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.returns.commands import granting, owing
from steward.modules.returns.commands.closing import WITH_MONEY, close_if_done
from steward.modules.returns.commands.deciding import OwnCase, is_own, opened_it
from steward.modules.returns.commands.giving_back import ask_payments, share_out, write_due
from steward.modules.returns.commands.inspecting import newest_inspections
from steward.modules.returns.commands.moving import locked_case, pieces_of
from steward.modules.returns.commands.valuing import quoted, taken_of
from steward.modules.returns.models import Case, Inspection, Piece, QuotePart, RefundDue
from steward.modules.returns.queries.quotes import COUNTING
from steward.modules.returns.rules import states
from steward.modules.returns.rules.quote import Quote

log = structlog.get_logger(__name__)


class NothingDue(errors.Refusal):
    """Refuse to give money back for nothing: no piece that counts is still unpaid."""

    code = "nothing_due"
    message = _("Nothing is due: no piece that counts waits for its money.")


class NoMoney(errors.Refusal):
    """Refuse to pay back a case that is solved otherwise, or was not approved."""

    code = "no_money_in_case"
    message = _("Money goes back only for an approved case whose solution is a refund.")


class Due(Struct, frozen=True, kw_only=True):
    """What is due of a case: for which pieces, and how it was computed.

    Units: minor currency units.
    """

    piece_ids: list[int]
    quote: Quote
    amount_minor: int
    currency: str


@command(needs="returns.refund")
def settle_case(
    actor: Actor, *, case_id: int, early: bool = False, piece_ids: Collection[int] = (), now: datetime
) -> int:
    """Ask for the money of all pieces that count and were not paid yet; once per piece, whoever asks at once.

    `early`: also of those that did not come yet or were not looked at, by the same four eyes as approving. Above the
    limits of payments others have to agree: nobody who had a hand in the case. Returns the amount; 0 where nothing is
    due for what was found. Units: minor currency units. Raises: NotFound, NoMoney, NothingDue, OwnCase, NotEnoughLeft.
    What it owes besides money follows once it is paid, at once where no money is due.
    Emits: CaseRefundAsked, RefundRequested, CaseOwedSettled, CaseClosed. Locks: the case, its pieces, the money of the
    order's family, accounts of points and cards. Source: RET-4.
    """
    row = locked_case(actor, case_id)
    pieces = _due(row, pieces_of(row), early=early, wanted=piece_ids)
    is_ahead = early and any(piece.acceptance != "accepted" for piece in pieces)
    # What the policy grants alone counts on the goods: money before them takes another person, unless it says so.
    if is_ahead and (is_own(row, actor) or (not row.advance and opened_it(row, actor))):
        raise OwnCase
    due = due_of(row, pieces)
    refund = _written(actor, row, due, pieces, now, early=early)
    if due.amount_minor:
        ask_payments(actor, row, refund, pieces, now)
    carrier = refund if due.amount_minor else None
    owing.note_owed(actor, row, quote=due.quote, refund=carrier, key=refund.key, now=now)
    close_if_done(actor, row, now)
    return due.amount_minor


def due_now(row: Case, *, early: bool = False) -> Due:
    """Preview what `settle_case` would ask for; nothing is locked or written. Raises: NoMoney, NothingDue."""
    pieces = list(Piece.objects.filter(case=row).order_by("id"))
    return due_of(row, _due(row, pieces, early=early, wanted=()))


def due_now_of(case_id: int) -> Due | None:
    """Preview what is due of a case now; None where nothing is."""
    row = Case.objects.select_related("reason").get(id=case_id)
    try:
        return due_now(row)
    except (NoMoney, NothingDue):
        return None


def _due(row: Case, pieces: Sequence[Piece], *, early: bool, wanted: Collection[int]) -> list[Piece]:
    """Choose the pieces whose money is due. Raises: NoMoney, NothingDue."""
    if row.kind not in WITH_MONEY or row.state != "approved":
        raise NoMoney
    coming = ("awaiting", "in_transit", "received")
    due = [
        piece
        for piece in pieces
        if piece.settled_at is None
        and piece.live
        and (piece.acceptance == "accepted" or (early and piece.acceptance == "pending" and piece.reception in coming))
        and (not wanted or piece.id in wanted)
    ]
    if not due:
        raise NothingDue
    return due


def due_of(row: Case, pieces: Sequence[Piece]) -> Due:
    """Compute what is due for pieces, with the share each is worth as it was found. Units: minor currency units."""
    found = newest_inspections([piece.id for piece in pieces])
    units = Counter((piece.line_id, _share(found.get(piece.id))) for piece in pieces)
    quote = quoted(row, taken_of(row, units), paid_before_minor=_paid_before(row))
    return Due(
        piece_ids=[piece.id for piece in pieces], quote=quote, amount_minor=quote.total_minor, currency=row.currency
    )


def _paid_before(row: Case) -> int:
    """Tell what failed refunds of a case paid that no later one has taken off yet. Units: minor currency units."""
    failed = RefundDue.objects.filter(case=row, state="failed").aggregate(paid=Sum("paid_minor"))["paid"] or 0
    parts = QuotePart.objects.filter(refund__case=row, refund__state__in=COUNTING, kind="paid_before")
    return int(failed + (parts.aggregate(off=Sum("amount_minor"))["off"] or 0))


def _share(found: Inspection | None) -> int:
    return found.share_permille if found else 1000


def _written(actor: Actor, row: Case, due: Due, pieces: Sequence[Piece], now: datetime, *, early: bool) -> RefundDue:
    """Write the refund due with its parts, and share it over its pieces. Where nothing goes back it is done by that."""
    before = RefundDue.objects.filter(case=row).count()
    digest = hashlib.sha256(",".join(map(str, sorted(due.piece_ids))).encode()).hexdigest()[:16]
    done = {} if due.amount_minor else {"state": "paid", "ended_at": now}
    refund = write_due(
        actor,
        row,
        key=f"{digest}.{before + 1}",
        amount_minor=due.amount_minor,
        parts=due.quote.parts,
        now=now,
        early=early,
        **done,
    )
    share_out(refund, pieces, due.amount_minor, now)
    return refund


def settle_alone(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Pay back by itself what the policy grants alone; everything above waits for a person. Returns how many cases.

    Each case in a transaction of its own: one that is refused stays among those whose money is due, one that breaks is
    raised once the others are done. A second run finds nothing due. Emits: as settle_case.
    """
    count, broken = 0, []
    for case_id in sorted(set(case_ids)):
        try:
            count += _settle_one_alone(actor, case_id=case_id, now=now)
        except errors.Refusal as refusal:
            log.info("returns.not_settled_alone", case_id=case_id, code=refusal.code)
        except Exception as error:  # noqa: BLE001  (raised again once the others are done)
            broken.append(error)
    if broken:
        raise ExceptionGroup("cases that could not be settled", broken)
    return count


@command(needs="returns.refund")
def _settle_one_alone(actor: Actor, *, case_id: int, now: datetime) -> bool:
    """Pay back what is due of one case, if the policy grants it alone; tells whether it did.

    Only where all that was to come is judged: its money goes in one. Nothing is done where the payments do not cover it
    any more. Locks: the case, its pieces, the money of the order's family.
    """
    row = locked_case(actor, case_id)
    pieces = pieces_of(row)
    unpaid = any(one.settled_at is None and one.acceptance == "accepted" for one in pieces)
    whole = states.is_settled((one.reception, one.acceptance) for one in pieces)
    if row.kind not in WITH_MONEY or row.state != "approved" or not unpaid or not whole:
        return False
    due = due_now(row)
    is_covered = due.amount_minor == due.quote.worth_minor
    if not is_covered or not granting.may_alone(row, row.refunded_minor + due.quote.worth_minor):
        return False
    settle_case(actor, case_id=row.id, now=now)
    return True
