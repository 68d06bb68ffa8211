"""Make good for a complaint: asked for with a reason, given as every compensation is, and followed here (DSK-8)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, money
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.desk.commands.complaint_rows import WORK, filled, locked_complaint
from steward.modules.desk.events import CompensationMoved
from steward.modules.desk.models import Compensation, Complaint
from steward.modules.desk.rules import complaints as rules
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.people import queries as people
from steward.modules.returns.commands import goodwill_following as giving
from steward.modules.returns.commands.compensating import Receipt, Wish, propose_compensation
from steward.modules.returns.commands.goodwill_following import SecondPersonNeeded
from steward.modules.returns.queries.compensations import CompensationRow, compensations_by_id

__all__ = ["SecondPersonNeeded", "ask_compensation", "hand_over_compensation", "withdraw_compensation"]
SUBJECT = "compensation"
REASON = "complaint"


class UnfitCompensation(errors.Refusal):
    """Refuse a compensation without a reason, or whose kind and amount do not fit."""

    code = "unfit_compensation"
    status = 422
    message = _("Say what is given and why; but for an apology also its value above 0 and the currency.")


@command(needs=WORK)
def ask_compensation(
    actor: Actor, *, number: str, kind: str, amount_minor: int, currency: str, reason: str, now: datetime
) -> int:
    """Ask for a compensation. Above the limit somebody else decides it; money goes back as a refund of the order.

    Budgets, limits and signs are those of every compensation. Units: minor units of the currency. Returns its id.
    Raises: NotFound, NotPossible, OwnComplaint, UnfitCompensation, UnfitGoodwill, BudgetSpent. Emits:
    CompensationMoved, CompensationProposed and what giving emits. Locks: the complaint, then as proposing does.
    """
    row = locked_complaint(actor, number)
    if row.state not in rules.UNDER_WAY:
        raise errors.NotPossible(state=row.state, verb=SUBJECT)
    if kind not in rules.KINDS or not reason.strip():
        raise UnfitCompensation
    if rules.costs(kind) and (amount_minor <= 0 or currency not in money.CURRENCIES):
        raise UnfitCompensation
    wish = Compensation.objects.create(
        complaint=row,
        kind=kind,
        amount_minor=amount_minor if rules.costs(kind) else 0,
        currency=currency if rules.costs(kind) else "",
        reason=reason.strip()[:300],
        asked_by=people.person_behind(actor.id),
        asked_at=now,
    )
    tell_wish(actor, wish, row, wish.reason)
    if rules.costs(kind):
        _propose(actor, row, wish, now)
    else:
        move_wish(actor, row, wish, "grant", "", settled_at=now)
    return wish.id


def _propose(actor: Actor, row: Complaint, wish: Compensation, now: datetime) -> None:
    """Propose what costs something, and note how far it got at once."""
    draft = Wish(
        kind=wish.kind,
        reason=REASON,
        currency=wish.currency,
        amount_minor=wish.amount_minor,
        coupon=CouponTerms(currency=wish.currency, amount_minor=wish.amount_minor) if wish.kind == "coupon" else None,
        customer_id=row.customer_id,
        order_id=row.order_id,
        ticket_id=row.ticket_id,
        complaint=row.number,
        words=wish.reason,
        involved=(f"person:{row.about_staff_id}",) if row.about_staff_id else (),
        simulated=row.simulated,
    )
    receipt: Receipt = propose_compensation(_giver(actor), wish=draft, now=now)
    wish.given_id, wish.approval_id = receipt.id, receipt.approval_id
    wish.save(update_fields=["given_id", "approval_id"])
    _follow(actor, row, wish, compensations_by_id([receipt.id or 0])[receipt.id or 0], now)


def _giver(actor: Actor) -> Actor:
    """Let who works on complaints have compensation given; what it costs is watched where it is given."""
    return dataclasses.replace(actor, permissions=actor.permissions | {"returns.compensate"})


@command(needs=WORK)
def hand_over_compensation(actor: Actor, *, number: str, compensation_id: int, note: str, now: datetime) -> None:
    """Note that a granted compensation was handed over; whoever asked for it cannot. What a refund carries out, pays.

    Raises: NotFound, NotPossible, OwnComplaint, SecondPersonNeeded, WordsNeeded. Emits: CompensationMoved.
    Locks: the complaint.
    """
    row = locked_complaint(actor, number)
    wish = wish_of(row, compensation_id)
    if wish.refund_request_id is not None or wish.state != "granted":
        raise errors.NotPossible(state=wish.state, verb="hand_over")
    behind = people.persons_behind([actor.id, wish.asked_by])
    if behind[actor.id] == behind[wish.asked_by]:
        raise SecondPersonNeeded
    said = filled(note, 300)
    kept = f"{wish.note} · {said}"[:300] if wish.note else said
    if wish.given_id is not None:
        giving.hand_over_compensation(_giver(actor), compensation_id=wish.given_id, note=said, now=now)
    move_wish(actor, row, wish, "hand_over", said, handed_over_at=now, handed_over_by=behind[actor.id], note=kept)


@command(needs=WORK)
def withdraw_compensation(actor: Actor, *, number: str, compensation_id: int, reason: str, now: datetime) -> None:
    """Take back a wish nobody has decided. Raises: NotFound, NotPossible, OwnComplaint, WordsNeeded.

    Emits: CompensationMoved, ApprovalSettled. Locks: the complaint, the approval.
    """
    row = locked_complaint(actor, number)
    wish = wish_of(row, compensation_id)
    said = filled(reason, 300)
    move_wish(actor, row, wish, "withdraw", said, settled_at=now, note=said)
    if wish.given_id is not None:
        giving.withdraw_compensation(_giver(actor), compensation_id=wish.given_id, reason=said, now=now)


@command(needs="desk.take_in")
def follow_compensations(actor: Actor, *, given_ids: Collection[int], now: datetime) -> int:
    """Let wishes follow what became of their compensations, as they stand now; a second run changes nothing.

    Returns how many were looked at. Emits: CompensationMoved. Locks: the complaints in the order of the wishes.
    """
    found = compensations_by_id(given_ids)
    wishes = list(Compensation.objects.filter(given_id__in=found).order_by("id").values_list("id", "complaint__number"))
    for id_, number in wishes:
        row = locked_complaint(actor, number)
        wish = wish_of(row, id_)
        _follow(actor, row, wish, found[wish.given_id or 0], now)
    return len(wishes)


def _follow(actor: Actor, row: Complaint, wish: Compensation, given: CompensationRow, now: datetime) -> None:
    """Bring one wish to where its compensation stands; what a refund paid in part is left to a person."""
    if given.state in ("granted", "given") and wish.state == "asked":
        facts = {"note": given.refund_numbers, "refund_request_id": given.refund_request_id}
        move_wish(actor, row, wish, "grant", given.refund_numbers, settled_at=now, **facts)
    if given.state == "given" and wish.state == "granted":
        move_wish(actor, row, wish, "hand_over", wish.note, handed_over_at=now)
    elif given.state in ("refused", "failed") and wish.state in ("asked", "granted"):
        note = f"{wish.note} {given.why}".strip()[:300]
        changes = {"settled_at": now} if wish.state == "asked" else {}
        move_wish(actor, row, wish, "refuse", given.why or wish.note, note=note, **changes)
    elif given.state == "granted" and given.given_minor and wish.refund_request_id is not None:
        paid = money.to_decimal(given.given_minor, wish.currency)
        wish.note, wish.refund_request_id = f"{wish.note}: {paid} {wish.currency}"[:300], None
        wish.save(update_fields=["note", "refund_request_id"])
        tell_wish(actor, wish, row, wish.note)


def wish_of(row: Complaint, compensation_id: int) -> Compensation:
    """Lock one wish of a locked complaint. Raises: NotFound."""
    found = Compensation.objects.select_for_update().filter(complaint=row, id=compensation_id).first()
    if found is None:
        raise errors.NotFound(key=compensation_id)
    return found


def move_wish(actor: Actor, row: Complaint, wish: Compensation, verb: str, reason: str, **changes: object) -> None:
    """Carry out one transition of a compensation, by compare-and-set. Raises: NotPossible, Stale."""
    before, after = wish.state, rules.next_wish(wish.state, verb)
    if Compensation.objects.filter(id=wish.id, state=before).update(state=after, **changes) != 1:
        raise errors.Stale
    wish.state = after
    for name, value in changes.items():
        setattr(wish, name, value)
    tell_wish(actor, wish, row, reason)


def tell_wish(actor: Actor, wish: Compensation, row: Complaint, reason: str) -> None:
    """Say what became of a wish."""
    said = CompensationMoved(
        complaint_id=row.id,
        compensation_id=wish.id,
        kind=wish.kind,
        state=wish.state,
        amount_minor=wish.amount_minor,
        currency=wish.currency,
        reason=reason,
        simulated=row.simulated,
    )
    events.record(actor, [said])
