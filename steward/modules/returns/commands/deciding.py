"""Decide about cases: approve, refuse with a reason, withdraw, look at them again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.people import queries as people
from steward.modules.returns.commands import granting
from steward.modules.returns.commands.exchanging import OutOfStock, goods_missing
from steward.modules.returns.commands.moving import (
    ANSWER,
    announce_closed,
    announce_decision,
    let_go,
    locked_case,
    move_case,
    move_pieces,
    pieces_of,
    stop_clock,
)
from steward.modules.returns.commands.telling import tell_decided
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.rules import joining, states

LONGEST_REASON = 400


class OwnCase(errors.Refusal):
    """Refuse to let one person open a case for a customer and grant it beyond what the policy grants alone."""

    code = "own_case"
    status = 403
    message = _("You opened this case yourself, and it is above what the policy grants. Ask a colleague to decide.")


class ReasonMissing(errors.Refusal):
    """Refuse to decide against a customer without saying why."""

    code = "reason_missing"
    status = 422
    message = _("Say why, in at most 400 characters: the customer reads it.")


class ClaimedMeanwhile(errors.Refusal):
    """Refuse to take up a case again whose pieces another case claims by now."""

    code = "claimed_meanwhile"
    message = _("Another case has claimed pieces of this one meanwhile. Work on that one.")


class UnderWay(errors.Refusal):
    """Refuse to withdraw a case of which goods are on their way, came back, or were paid back."""

    code = "under_way"
    message = _("Goods of this case are on their way or back already, so it cannot be withdrawn any more.")


def is_own(row: Case, actor: Actor) -> bool:
    """Tell whether somebody would decide about a case they opened, above what the policy grants alone."""
    return not joining.is_granted_alone(granting.verdict_of(row), row.quoted_minor) and opened_it(row, actor)


def opened_it(row: Case, actor: Actor) -> bool:
    """Tell whether a case was opened by the same person, of a program its owner."""
    hands = people.persons_behind([actor.id, row.requested_by])
    return hands[actor.id] == hands[row.requested_by]


@command(needs="returns.decide")
def approve_case(actor: Actor, *, case_id: int, now: datetime) -> None:
    """Agree to a case: the customer is told, and sends the goods back where they are wanted.

    Above the limit up to which the policy grants alone somebody else than who opened it has to; a program acts with the
    hands of its owner. What is sent instead is set aside at once, or the case cannot be approved.
    Raises: NotFound, NotPossible, OwnCase, OutOfStock. Emits: CaseDecided. Locks: the case, promises. Source: RET-2.
    """
    row = locked_case(actor, case_id)
    states.next_state(row.state, "approve")
    if is_own(row, actor):
        raise OwnCase
    if short := granting.approve(actor, [row], decider=people.person_behind(actor.id), now=now):
        raise OutOfStock(goods=goods_missing(short[row.id]))


@command(needs="returns.decide")
def refuse_case(actor: Actor, *, case_id: int, reason: str, now: datetime) -> None:
    """Refuse a case and tell the customer why; its pieces are free for other cases.

    Raises: NotFound, NotPossible, ReasonMissing. Emits: CaseDecided. Locks: the case.
    """
    row = locked_case(actor, case_id)
    said = reason.strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise ReasonMissing
    decider = people.person_behind(actor.id)
    move_case(row, "refuse", now, refusal=said, decided_at=now, decider=decider)
    let_go(row)
    stop_clock(actor, [row], ANSWER, now)
    announce_decision(actor, [row], "refuse", decider=decider, reason=said)
    tell_decided(actor, [row], now)


@command(needs="returns.request")
def withdraw_case(actor: Actor, *, case_id: int, reason: str = "", now: datetime) -> None:
    """Withdraw a case, as its customer wishes; nothing of it may be on its way, back, or paid back.

    Raises: NotFound, NotPossible, UnderWay. Emits: CaseDecided, CasePieceMoved, CaseClosed. Locks: the case, pieces.
    """
    row = locked_case(actor, case_id)
    pieces = pieces_of(row)
    if row.refunded_minor or any(
        piece.settled_at or piece.reception not in ("awaiting", "left_with_customer") for piece in pieces
    ):
        raise UnderWay
    move_case(row, "withdraw", now)
    waiting = [piece for piece in pieces if piece.reception == "awaiting"]
    move_pieces(actor, row, waiting, "cancel", now)
    let_go(row)
    announce_decision(actor, [row], "withdraw", decider=people.person_behind(actor.id), reason=reason.strip()[:400])
    announce_closed(actor, row, now)


@command(needs="returns.decide")
def reconsider_case(actor: Actor, *, case_id: int, reason: str, now: datetime) -> None:
    """Look at a refused case again, e.g. with new pictures; somebody decides about it anew.

    Raises: NotFound, NotPossible, ReasonMissing, ClaimedMeanwhile. Emits: CaseDecided. Locks: the order, the case.
    """
    said = reason.strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise ReasonMissing
    row = take_up(actor, case_id)
    move_case(row, "reconsider", now, decided_at=None, decider="", refusal="")
    announce_decision(actor, [row], "reconsider", decider=people.person_behind(actor.id), reason=said)


def take_up(actor: Actor, case_id: int) -> Case:
    """Lock a case that had let its pieces go, and let it claim them again. Raises: NotFound, ClaimedMeanwhile."""
    order_id = Case.objects.filter(id=case_id).values_list("order_id", flat=True).first()
    lock_orders([order_id] if order_id else [])
    row = locked_case(actor, case_id)
    keys = list(Piece.objects.filter(case=row, live=False).values_list("line_id", "position"))
    others = Piece.objects.filter(line_id__in=[line for line, _position in keys], live=True).exclude(case=row)
    if set(others.values_list("line_id", "position")) & set(keys):
        raise ClaimedMeanwhile
    Piece.objects.filter(case=row, live=False).update(live=True)
    return row
