"""Make good for a complaint: asked for with a reason, decided by somebody else above a limit, carried out (DSK-8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, money, parameters
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.approvals.commands import Ask, ask_approvals, withdraw_approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.customers.queries.merged import family
from steward.modules.desk.commands.complaint_rows import WORK, filled, locked_complaint
from steward.modules.desk.events import CompensationMoved
from steward.modules.desk.models import Compensation, Complaint
from steward.modules.desk.rules import complaints as rules
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import queries as payments
from steward.modules.payments.commands import RefundWant, request_refund
from steward.modules.people import queries as people

KIND = SUBJECT = "compensation"
DESK = system("desk")
GIVEN = ("asked", "granted", "handed_over")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('desk.compensation', 0))"
SLICES_DAYS = parameters.define(
    "desk.compensation_slices_days",
    90,
    unit="days",
    label=_("Compensations of one customer count together towards the limit for so many days"),
    minimum=0,
    maximum=730,
)


class UnfitCompensation(errors.Refusal):
    """Refuse a compensation without a reason, or whose kind and amount do not fit."""

    code = "unfit_compensation"
    status = 422
    message = _("Say what is given and why; but for an apology also its value above 0 and the currency.")


class SecondPersonNeeded(errors.Refusal):
    """Refuse that whoever asked for a compensation hands it over themselves."""

    code = "second_person_needed"
    status = 403
    message = _("You asked for this compensation, so somebody else has to hand it over.")


@command(needs=WORK)
def ask_compensation(
    actor: Actor, *, number: str, kind: str, amount_minor: int, currency: str, reason: str, now: datetime
) -> int:
    """Ask for a compensation. Above the limit somebody else decides it; money goes back as a refund of the order.

    Units: minor units of the currency. Returns its id. Raises: NotFound, NotPossible, OwnComplaint, UnfitCompensation.
    What was given in the same matter counts, under whichever complaint. Emits: CompensationMoved, ApprovalAsked.
    Locks: others who ask (advisory), the complaint.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    row = locked_complaint(actor, number)
    if row.state not in rules.UNDER_WAY:
        raise errors.NotPossible(state=row.state, verb=SUBJECT)
    if kind not in rules.KINDS or not reason.strip():
        raise UnfitCompensation
    if rules.costs(kind) and (amount_minor <= 0 or currency not in money.CURRENCIES):
        raise UnfitCompensation
    before = _before(row, now)
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
    if not rules.costs(kind) or not _ask(actor, row, wish, before, now):
        _grant(actor, row, wish, now)
    return wish.id


def _ask(actor: Actor, row: Complaint, wish: Compensation, before: Counter[str], now: datetime) -> bool:
    """Ask a second person where the limits say so; what was given before counts. Returns whether somebody decides.

    Where some was given in another currency nothing adds up: the strictest limit holds.
    """
    before_minor = before.pop(wish.currency, 0)
    ask = Ask(
        kind=KIND,
        subject_kind=SUBJECT,
        subject_id=wish.id,
        number=row.number,
        involved=(f"person:{row.about_staff_id}",) if row.about_staff_id else (),
        amount_minor=wish.amount_minor,
        earlier_minor=before_minor,
        strictest=bool(before),
        currency=wish.currency,
        reason=wish.reason,
        simulated=row.simulated,
    )
    asked = ask_approvals(actor, asks=[ask], now=now)[0]
    if asked.outcome == "not_needed":
        return False
    wish.approval_id = asked.approval_id
    wish.save(update_fields=["approval_id"])
    return True


def _before(row: Complaint, now: datetime) -> Counter[str]:
    """Sum by currency what was asked for or given before in this matter, so that slices do not help.

    The matter is the ticket and the order, whenever that was, and lately the customer. Units: minor units.
    """
    matter = Q(complaint=row)
    if row.ticket_id is not None:
        matter |= Q(complaint__ticket=row.ticket_id)
    if row.order_id is not None:
        matter |= Q(complaint__order_id=row.order_id)
    if row.customer_id is not None:
        since = now - timedelta(days=parameters.value(SLICES_DAYS))
        matter |= Q(complaint__customer_id__in=family([row.customer_id]), asked_at__gt=since)
    given = Compensation.objects.filter(matter, state__in=GIVEN).exclude(currency="")
    return Counter(dict(given.order_by("currency").values_list("currency").annotate(Sum("amount_minor"))))


@command(needs=WORK)
def hand_over_compensation(actor: Actor, *, number: str, compensation_id: int, note: str, now: datetime) -> None:
    """Note that a granted compensation was handed over; whoever asked for it cannot. What a refund carries out, pays.

    Raises: NotFound, NotPossible, OwnComplaint, SecondPersonNeeded, WordsNeeded. Emits: CompensationMoved.
    Locks: the complaint.
    """
    row = locked_complaint(actor, number)
    wish = wish_of(row, compensation_id)
    if wish.refund_request_id is not None:
        raise errors.NotPossible(state=wish.state, verb="hand_over")
    behind = people.persons_behind([actor.id, wish.asked_by])
    if behind[actor.id] == behind[wish.asked_by]:
        raise SecondPersonNeeded
    said = filled(note, 300)
    kept = f"{wish.note} · {said}"[:300] if wish.note else said
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
    withdraw_approvals(actor, kind=KIND, subject_kind=SUBJECT, subject_ids=[wish.id], reason=said, now=now)


@command(needs="desk.take_in")
def follow_compensations(actor: Actor, *, settled: Sequence[ApprovalSettled], now: datetime) -> int:
    """Let compensations follow what was decided about them; a second run changes nothing. Returns how many moved.

    Emits: CompensationMoved, RefundRequested. Locks: the complaints in the order of the wishes.
    """
    verdicts = {one.about_id: one for one in settled if one.kind == KIND and one.about_kind == SUBJECT}
    moved = 0
    for id_ in sorted(verdicts):
        found = Compensation.objects.filter(id=id_, state="asked").values_list("complaint__number", flat=True).first()
        if found is None or verdicts[id_].outcome == "withdrawn":
            continue
        row = locked_complaint(actor, found)
        wish = wish_of(row, id_)
        if wish.state != "asked":
            continue
        if verdicts[id_].outcome == "granted":
            _grant(actor, row, wish, now)
        else:
            move_wish(actor, row, wish, "refuse", verdicts[id_].reason, settled_at=now, note=verdicts[id_].reason[:300])
        moved += 1
    return moved


def _grant(actor: Actor, row: Complaint, wish: Compensation, now: datetime) -> None:
    """Grant a wish. Money becomes a refund where the order was paid with us; else a person hands it over."""
    if wish.kind == "apology" or not _is_refundable(row, wish):
        move_wish(actor, row, wish, "grant", "", settled_at=now)
        return
    order = facts_of([row.order_id or 0])[0]
    want = RefundWant(
        order=order,
        cause="goodwill",
        currency=wish.currency,
        amount_minor=wish.amount_minor,
        reason=f"{row.number} {wish.reason}"[:200],
        asked_by=wish.asked_by,
        involved=(f"person:{row.about_staff_id}",) if row.about_staff_id else (),
    )
    receipt = request_refund(DESK, want=want, now=now)
    numbers = ", ".join(receipt.numbers)[:300]
    move_wish(actor, row, wish, "grant", numbers, settled_at=now, note=numbers, refund_request_id=receipt.request_id)


def _is_refundable(row: Complaint, wish: Compensation) -> bool:
    if wish.kind != "money" or row.order_id is None:
        return False
    return payments.left_to_refund(row.order_id, wish.currency) >= wish.amount_minor


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
