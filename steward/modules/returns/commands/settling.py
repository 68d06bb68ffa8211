"""Give back the money of a case: computed, asked for once, followed until it was paid, refused or failed."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import queries as payments
from steward.modules.payments.commands import RefundWant, request_refund
from steward.modules.people import queries as people
from steward.modules.returns.commands import granting, owing
from steward.modules.returns.commands.closing import WITH_MONEY, close_if_done
from steward.modules.returns.commands.deciding import OwnCase, is_own, opened_it
from steward.modules.returns.commands.inspecting import newest_inspections
from steward.modules.returns.commands.moving import lock_cases, locked_case, pieces_of
from steward.modules.returns.commands.valuing import quoted, taken_of
from steward.modules.returns.events import CaseRefundAsked
from steward.modules.returns.models import Case, Inspection, Piece, QuotePart, RefundDue
from steward.modules.returns.rules import joining, states
from steward.modules.returns.rules.quote import Quote


class NothingDue(errors.Refusal):
    """Refuse to give money back for nothing: no piece that counts is still unpaid."""

    code = "nothing_due"
    message = _("Nothing is due: no piece that counts waits for its money.")


class NoMoney(errors.Refusal):
    """Refuse to pay back a case that is solved otherwise, or was not approved."""

    code = "no_money_in_case"
    message = _("Money goes back only for an approved case whose solution is a refund.")


class Due(Struct, frozen=True, kw_only=True):
    """What is due of a case: for which pieces, how it was computed, and what of it failed before was paid already.

    Units: minor currency units.
    """

    piece_ids: list[int]
    quote: Quote | None
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
    Piece.objects.filter(id__in=due.piece_ids).update(settled_at=now)
    refund = _ask(actor, row, due, pieces, now, early=early) if due.amount_minor > 0 else None
    owing.note_owed(actor, row, quote=due.quote, refund=refund, key=refund.key if refund else _digest(due), now=now)
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
    taken = taken_of(row, {key: count for key, count in units.items() if key[1]})
    quote = quoted(row, taken) if taken else None
    failed = RefundDue.objects.filter(case=row, state="failed").aggregate(paid=Sum("paid_minor"))["paid"] or 0
    total = max(0, quote.total_minor - failed) if quote else 0
    return Due(piece_ids=[piece.id for piece in pieces], quote=quote, amount_minor=total, currency=row.currency)


def _share(found: Inspection | None) -> int:
    return found.share_permille if found else 1000


def _ask(actor: Actor, row: Case, due: Due, pieces: Sequence[Piece], now: datetime, *, early: bool) -> RefundDue:
    """Write the refund due with its parts, and ask payments for it under its key."""
    before = RefundDue.objects.filter(case=row).count()
    refund = RefundDue.objects.create(
        case=row,
        key=f"{_digest(due)}.{before + 1}",
        amount_minor=due.amount_minor,
        asked_at=now,
        asked_by=actor.id,
        early=early,
    )
    parts = due.quote.parts if due.quote else ()
    QuotePart.objects.bulk_create(
        [
            QuotePart(
                refund=refund,
                position=place,
                kind=part.kind,
                line_id=part.line_id,
                quantity=part.quantity,
                amount_minor=part.amount_minor,
                facts=dict(part.facts),
            )
            for place, part in enumerate(parts, start=1)
        ]
    )
    _share_out(refund, pieces)
    want = RefundWant(
        order=facts_of([row.order_id])[0],
        cause="return",
        currency=row.currency,
        amount_minor=due.amount_minor,
        reason=row.number,
        asked_by=actor.id,
        involved=hands_of(row, pieces),
    )
    payer = dataclasses.replace(actor, permissions=actor.permissions | {"payments.refund"})
    receipt = request_refund(payer, want=want, now=now)
    RefundDue.objects.filter(id=refund.id).update(request_id=receipt.request_id)
    asked = CaseRefundAsked(
        case_id=row.id,
        number=row.number,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        refund_id=refund.id,
        request_id=receipt.request_id,
        amount_minor=due.amount_minor,
        currency=row.currency,
        early=early,
        simulated=row.simulated,
    )
    events.record(actor, [asked])
    return refund


def _digest(due: Due) -> str:
    return hashlib.sha256(",".join(map(str, sorted(due.piece_ids))).encode()).hexdigest()[:16]


def hands_of(row: Case, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Name who had a hand in a case: who opened it, decided it, looked at its goods."""
    looked = Inspection.objects.filter(piece_id__in=[piece.id for piece in pieces]).values_list(
        "inspected_by", flat=True
    )
    known = {row.requested_by, row.decider, *looked} - {"", granting.POLICY}
    return tuple(sorted(set(people.persons_behind(known).values())))


def _share_out(refund: RefundDue, pieces: Sequence[Piece]) -> None:
    """Share a refund over its pieces, the cents that are left to the first; the shares sum. Units: minor units."""
    each, rest = divmod(refund.amount_minor, len(pieces))
    for place, piece in enumerate(sorted(pieces, key=lambda one: one.id)):
        piece.refund, piece.settled_minor = refund, each + (1 if place < rest else 0)
    Piece.objects.bulk_update(pieces, ["refund", "settled_minor"])


@command(needs="returns.refund")
def settle_alone(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Pay back by itself what the policy grants alone; everything above waits for a person. Returns how many cases.

    Only of cases of which all that was to come is judged: their money goes in one. Nothing is done where the payments
    do not cover it any more. A second run finds nothing due. Emits: as settle_case.
    """
    count = 0
    for row in lock_cases(set(case_ids)):
        pieces = pieces_of(row)
        unpaid = any(one.settled_at is None and one.acceptance == "accepted" for one in pieces)
        whole = states.is_settled((one.reception, one.acceptance) for one in pieces)
        if row.kind not in WITH_MONEY or row.state != "approved" or not unpaid or not whole:
            continue
        due = due_now(row)
        alone = joining.is_granted_alone(granting.verdict_of(row), row.refunded_minor + due.amount_minor)
        if alone and due.amount_minor <= payments.left_to_refund(row.order_id, row.currency):
            settle_case(actor, case_id=row.id, now=now)
            count += 1
    return count
