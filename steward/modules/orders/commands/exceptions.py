"""Work exceptions: take on, note, name the cause, solve, dismiss, open again; record what a customer asks for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, Owner, cancel_clocks, reopen_clocks, set_owners, stop_clocks
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.exceptions_opening import SUBJECT, Fact, follow_opened, note, open_facts
from steward.modules.orders.events import ExceptionClosed, ExceptionWorked
from steward.modules.orders.models import Cause, ExceptionCase, ExceptionNote, Order
from steward.modules.orders.rules import detectors
from steward.modules.people import queries as people

NEEDS = "orders.exceptions"
LONGEST_TEXT = 600
MOST_AT_ONCE = 200


class CauseMissing(errors.Refusal):
    """Refuse to solve an exception whose cause nobody named: causes are what is counted."""

    code = "cause_missing"
    status = 422
    message = _("Name the cause first: causes are counted, so that the commonest can be mended.")


class UnknownOutcome(errors.Refusal):
    """Refuse an outcome that is none."""

    code = "unknown_outcome"
    status = 422
    message = _("“%(outcome)s” is no outcome. Choose one of the list.")


class NotAColleague(errors.Refusal):
    """Refuse to hand an exception to somebody who may not work it."""

    code = "not_a_colleague"
    status = 422
    message = _("This person may not work exceptions. Choose somebody whose role allows it.")


@command(needs=NEEDS)
def take_exceptions(actor: Actor, *, exception_ids: Sequence[int], now: datetime, owner_id: int | None = None) -> int:
    """Take exceptions on, or hand them to a colleague; those that ended are refused, all or none. Returns how many.

    Raises: NotFound, NotPossible, NotAColleague. Emits: ExceptionWorked. Locks: exceptions in id order.
    """
    owner = owner_id if owner_id is not None else actor.staff_id
    if owner is None or owner not in people.staff_with_permission(NEEDS):
        raise NotAColleague
    cases = [_lock(id_) for id_ in sorted(set(exception_ids))[:MOST_AT_ONCE]]
    for case in cases:
        case.state = detectors.next_state(case.state, "take")
        ExceptionCase.objects.filter(id=case.id).update(state=case.state, owner_id=owner)
    set_owners(actor, owners=[Owner(SUBJECT, case.id, case.detector.clock_kind, owner) for case in cases], at=now)
    name = people.actor_names([f"person:{owner}"]).get(f"person:{owner}", "")
    note(actor, {case.id: ("assigned", name) for case in cases}, now)
    events.record(actor, [_worked(case, "take") for case in cases])
    return len(cases)


@command(needs=NEEDS)
def note_exception(actor: Actor, *, exception_id: int, text: str, now: datetime) -> None:
    """Add a note to an exception. Raises: NotFound, ReasonMissing. Emits: ExceptionWorked."""
    if not text.strip():
        raise ReasonMissing
    case = _lock(exception_id)
    note(actor, {case.id: ("noted", text.strip()[:LONGEST_TEXT])}, now)
    events.record(actor, [_worked(case, "note")])


@command(needs=NEEDS)
def name_cause(actor: Actor, *, exception_id: int, cause: str, now: datetime) -> None:
    """Name why an exception happened, also after it ended. Raises: NotFound. Emits: ExceptionWorked."""
    case = _lock(exception_id)
    row = _cause(cause)
    if case.cause_id == row.id:
        return
    ExceptionCase.objects.filter(id=case.id).update(cause=row)
    note(actor, {case.id: ("caused", row.code)}, now)
    events.record(actor, [_worked(case, "cause")])


@command(needs=NEEDS)
def solve_exception(
    actor: Actor, *, exception_id: int, outcome: str, now: datetime, cause: str = "", text: str = ""
) -> None:
    """Solve an exception with its outcome and its cause; the clock stops.

    Raises: NotFound, NotPossible, UnknownOutcome, CauseMissing. Emits: ExceptionClosed. Locks: the exception.
    """
    if outcome not in detectors.SOLVED_AS:
        raise UnknownOutcome(outcome=outcome)
    case = _lock(exception_id)
    chosen = _cause(cause).id if cause else case.cause_id
    if chosen is None:
        raise CauseMissing
    _close(actor, case, "solve", outcome, text, now, cause_id=chosen)
    stop_clocks(actor, stops=[_clock(case)], at=now)


@command(needs=NEEDS)
def dismiss_exception(actor: Actor, *, exception_id: int, reason: str, now: datetime) -> None:
    """Dismiss an exception as a false alarm; its clock is called off.

    Raises: NotFound, NotPossible, ReasonMissing. Emits: ExceptionClosed. Locks: the exception.
    """
    if not reason.strip():
        raise ReasonMissing
    case = _lock(exception_id)
    _close(actor, case, "dismiss", "false_alarm", reason, now, cause_id=case.cause_id)
    cancel_clocks(actor, stops=[_clock(case)], at=now)


@command(needs=NEEDS)
def reopen_exception(actor: Actor, *, exception_id: int, reason: str, now: datetime) -> None:
    """Open an exception again, with a new clock; one that was muted when it closed was never told: it is as if new.

    Raises: NotFound, NotPossible, ReasonMissing. Emits: ExceptionWorked, ExceptionOpened. Locks: the exception.
    """
    if not reason.strip():
        raise ReasonMissing
    case = _lock(exception_id)
    state = detectors.next_state(case.state, "reopen")
    was_muted = case.mute_id is not None
    ExceptionCase.objects.filter(id=case.id).update(
        state=state,
        outcome="",
        automatic=False,
        closed_at=None,
        closed_by="",
        reopened=case.reopened + 1,
        mute_id=None,
        opened_at=now if was_muted else case.opened_at,
    )
    note(actor, {case.id: ("reopened", reason.strip()[:LONGEST_TEXT])}, now)
    if was_muted:
        follow_opened(actor, case.detector, [case.id], now)
    else:
        reopen_clocks(actor, stops=[_clock(case)], at=now, reason=reason.strip()[:200])
    events.record(actor, [_worked(case, "reopen")])


@command(needs=NEEDS)
def record_change_request(actor: Actor, *, order_id: int, wish: str, now: datetime) -> int:
    """Record what a customer wants changed about an order; returns the exception's id.

    The same wish of the same order is one exception. Raises: NotFound, ReasonMissing, NotPossible for an order that
    has ended. Emits: ExceptionOpened.
    """
    text = " ".join(wish.split())[:LONGEST_TEXT]
    if not text:
        raise ReasonMissing
    state = Order.objects.filter(id=order_id).values_list("state", flat=True).first()
    if state is None:
        raise errors.NotFound(key=order_id)
    if state in detectors.ENDED_BY["change_request"]:
        raise errors.NotPossible(state=state, verb="change")
    key = detectors.fingerprint(text)
    fact = Fact(order_id, key, order_id, {"wish": text, "asked_by": actor.id})
    open_facts(actor, code="change_request", facts=[fact], now=now)
    found = ExceptionCase.objects.filter(detector__code="change_request", subject_id=order_id, fact=key).first()
    if found is None:
        raise errors.NotPossible(state=state, verb="change")
    return found.id


def forget_wishes(customer_ids: Sequence[int]) -> None:
    """Erase what people wrote about the orders of erased customers: it may name them."""
    cases = ExceptionCase.objects.filter(order__customer_id__in=customer_ids)
    for case in cases.filter(facts__has_key="wish"):
        ExceptionCase.objects.filter(id=case.id).update(facts={**case.facts, "wish": ""})
    ExceptionNote.objects.filter(case__in=cases).exclude(text="").update(text="")


def _lock(exception_id: int) -> ExceptionCase:
    case = (
        ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector").filter(id=exception_id).first()
    )
    if case is None:
        raise errors.NotFound(key=exception_id)
    return case


def _cause(code: str) -> Cause:
    row = Cause.objects.filter(code=code, parent__isnull=False, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    return row


def _close(
    actor: Actor, case: ExceptionCase, verb: str, outcome: str, text: str, now: datetime, *, cause_id: int | None
) -> None:
    state = detectors.next_state(case.state, verb)
    ExceptionCase.objects.filter(id=case.id).update(
        state=state, outcome=outcome, cause_id=cause_id, closed_at=now, closed_by=actor.id, automatic=False
    )
    note(actor, {case.id: (state, text.strip()[:LONGEST_TEXT])}, now)
    closed = ExceptionClosed(
        order_id=case.order_id or 0,
        exception_id=case.id,
        detector=case.detector.code,
        state=state,
        outcome=outcome,
        automatic=False,
        simulated=case.simulated,
    )
    events.record(actor, [closed])


def _clock(case: ExceptionCase) -> ClockStop:
    return ClockStop(SUBJECT, case.id, case.detector.clock_kind)


def _worked(case: ExceptionCase, verb: str) -> ExceptionWorked:
    return ExceptionWorked(
        order_id=case.order_id or 0,
        exception_id=case.id,
        detector=case.detector.code,
        verb=verb,
        simulated=case.simulated,
    )
