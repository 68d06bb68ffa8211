"""End a repair: the goods go back to their owner, or the customer takes a replacement or their money instead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.returns.commands.closing import complete_case, is_done
from steward.modules.returns.commands.drafts import CaseDraft, Want
from steward.modules.returns.commands.repairing_charges import drop_charge, refuse_unpaid
from steward.modules.returns.commands.repairing_goods import release_parts
from steward.modules.returns.commands.repairing_moving import hands, locked_repair, move_repair
from steward.modules.returns.commands.requesting import open_cases
from steward.modules.returns.models import Case, Piece, Repair, RepairVisit
from steward.modules.returns.queries.warranties import may_choose_remedy
from steward.modules.returns.rules import repair as rules

VERBS = {"replacement": "replace", "refund": "refund"}
KINDS = {"replacement": "exchange", "refund": "return_refund"}


class NoRightYet(errors.Refusal):
    """Refuse a replacement or the money where repairing is still the way."""

    code = "no_right_yet"
    message = _(
        "A replacement or the money instead of a repair is for goods within the warranty that cannot be repaired, or "
        "were repaired too often."
    )


class NoNextCase(errors.Refusal):
    """Refuse to end a repair for another solution whose case could not be opened."""

    code = "no_next_case"
    message = _("The case for this could not be opened (%(why)s). Ask somebody who may decide.")


@command(needs="returns.repair")
def hand_over(actor: Actor, *, repair_id: int, now: datetime) -> None:
    """Give the goods to their owner, at the counter or on site; its case ends with its last repair.

    Raises: NotFound, NotPossible, StillOwed. Emits: RepairMoved, CaseClosed. Locks: the case, its pieces, the repair.
    """
    _end(actor, repair_id, "hand_over", now)


@command(needs="returns.repair")
def send_back(actor: Actor, *, repair_id: int, carrier: str, tracking_number: str, now: datetime) -> None:
    """Send the goods back to their owner. Raises: NotFound, NotPossible, StillOwed, TrackingMissing.

    Emits: RepairMoved, CaseClosed. Locks: the case, its pieces, the repair.
    """
    if not tracking_number.strip():
        raise TrackingMissing
    back = {"back_carrier": carrier.strip()[:40], "back_tracking": tracking_number.strip()[:60]}
    _end(actor, repair_id, "send_back", now, **back)


class TrackingMissing(errors.Refusal):
    """Refuse to send goods back without a number by which their owner can follow them."""

    code = "tracking_missing"
    status = 422
    message = _("Give the tracking number: the customer follows their goods by it.")


def _end(actor: Actor, repair_id: int, verb: str, now: datetime, **changes: Any) -> None:
    row, case = locked_repair(actor, repair_id)
    rules.next_state(row.state, verb)
    refuse_unpaid(row)
    move_repair(actor, row, case, verb, now, **changes)
    _let_piece_go(actor, row, case, now)


def _let_piece_go(actor: Actor, row: Repair, case: Case, now: datetime) -> None:
    """Let the piece be judged, and free for another case; the case ends with its last repair."""
    Piece.objects.filter(id=row.piece_id).update(acceptance="accepted", live=False)
    RepairVisit.objects.filter(repair=row, state="planned", appointment_id=None).update(state="done")
    if not Repair.objects.filter(case=case).exclude(state__in=rules.OVER).exists() and is_done(case):
        complete_case(hands(actor, "returns.decide"), case_id=case.id, now=now)


@command(needs="returns.request")
def choose_remedy(actor: Actor, *, repair_id: int, remedy: str, now: datetime) -> str:
    """Let a customer take a replacement or their money instead of a repair, where they have the right to.

    The repair ends, what it cost goes back, and a case about the same piece does the rest; somebody decides about that
    as about any. Returns the number of that case. Raises: NotFound, NotPossible, NoRightYet, NoNextCase.
    Emits: RepairMoved, RepairChargeSettled, CaseClosed, CaseOpened. Locks: the order, the case, the repair, then stock.
    """
    if remedy not in VERBS:
        raise NoRightYet
    lock_orders(Repair.objects.filter(id=repair_id).values_list("order_id", flat=True))
    row, case = locked_repair(actor, repair_id)
    rules.next_state(row.state, VERBS[remedy])
    is_past_repair = row.state == "not_repairable" and row.coverage == "in"
    if not (is_past_repair or may_choose_remedy(row)):
        raise NoRightYet
    release_parts(actor, row, now)
    drop_charge(actor, row, now)
    Piece.objects.filter(id=row.piece_id).update(acceptance="accepted", live=False)
    draft = CaseDraft(
        order_number=case.order_number,
        kind=KINDS[remedy],
        reason=case.reason.code,
        wants=(Want(row.piece.line_id, 1),),
        source=case.source,
        words=case.words,
        ticket_id=case.ticket_id,
        despite=gettext("Instead of repair %(number)s, which the warranty gives a right to") % {"number": row.number},
    )
    receipt = open_cases(hands(actor, "returns.request", "returns.decide"), drafts=[draft], now=now)[0]
    if receipt.refusal is not None:
        raise NoNextCase(why=receipt.refusal.code)
    move_repair(actor, row, case, VERBS[remedy], now, remedy=remedy, next_case=receipt.number)
    _let_piece_go(actor, row, case, now)
    return receipt.number
