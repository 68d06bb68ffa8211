"""Swap a duty with a colleague: ask, answer, decide."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands import guards
from steward.modules.people.events import SwapAsked, SwapMoved
from steward.modules.people.models import Duty, Leave, Swap
from steward.modules.people.rules import swaps


class NotYours(errors.Refusal):
    """Refuse to give away or answer for what is another person's."""

    code = "not_yours"
    status = 403
    message = _("This is not yours to give or to answer. Ask the person it belongs to.")


class CannotSwap(errors.Refusal):
    """Refuse a swap that one of the two cannot do: on duty or on leave at that time."""

    code = "cannot_swap"
    message = _("%(name)s is on duty or on leave at that time. Choose another duty or another colleague.")


class DecidedByAnother(errors.Refusal):
    """Refuse to decide on what one is part of oneself."""

    code = "decided_by_another"
    status = 403
    message = _("Somebody else has to decide on this: you are part of it.")


@command(needs="people.view")
def ask_swap(
    actor: Actor, *, duty_id: int, colleague_id: int, for_duty_id: int | None = None, note: str = "", now: datetime
) -> int:
    """Ask a colleague to take one's duty, on request in exchange for one of theirs.

    Returns the swap's id. Locks: both people, in id order.
    Raises: NotFound, NotYours, CannotSwap, NotPossible. Emits: SwapAsked.
    """
    asker = actor.staff_id or 0
    if colleague_id == asker or not guards.lock_staff([asker, colleague_id]) >= {asker, colleague_id}:
        raise errors.NotFound(key=colleague_id)
    duty, theirs = _duty(duty_id, now), _duty(for_duty_id, now) if for_duty_id else None
    if duty.staff_id != asker or (theirs is not None and theirs.staff_id != colleague_id):
        raise NotYours
    if Swap.objects.filter(duty=duty, state__in=swaps.OPEN).exists():
        raise errors.NotPossible(state=_("a swap of this duty waits already"), verb=_("ask"))
    _require_free(duty, theirs, asker=asker, colleague=colleague_id)
    swap = Swap.objects.create(
        duty=duty, for_duty=theirs, asker_id=asker, colleague_id=colleague_id, note=note[:200], asked_at=now
    )
    asked = SwapAsked(
        swap_id=swap.id, duty_id=duty.id, for_duty_id=for_duty_id, asker_id=asker, colleague_id=colleague_id
    )
    events.record(actor, [asked])
    return swap.id


def _duty(duty_id: int, now: datetime) -> Duty:
    duty = Duty.objects.filter(id=duty_id, state="planned", starts_at__gt=now).first()
    if duty is None:
        raise errors.NotFound(key=duty_id)
    return duty


def _require_free(duty: Duty, theirs: Duty | None, *, asker: int, colleague: int) -> None:
    """Refuse when one of the two could not be on the duty they get. Raises: CannotSwap."""
    gets = [(colleague, duty)] + ([(asker, theirs)] if theirs else [])
    leaving = [each.id for each in (duty, theirs) if each]
    for staff_id, taken in gets:
        near = {"staff_id": staff_id, "starts_at__lt": taken.ends_at, "ends_at__gt": taken.starts_at}
        on_duty = Duty.objects.filter(state="planned", **near).exclude(id__in=leaving)
        if on_duty.exists() or Leave.objects.filter(state="approved", **near).exists():
            raise CannotSwap(name=guards.name_of(staff_id))


@command(needs="people.view")
def answer_swap(actor: Actor, *, swap_id: int, consents: bool, now: datetime) -> None:
    """Say yes or no to a colleague's wish. Raises: NotFound, NotYours, NotPossible. Emits: SwapMoved."""
    swap = _locked(swap_id)
    if swap.colleague_id != actor.staff_id:
        raise NotYours
    _move(actor, swap, "consent" if consents else "decline", answered_at=now)


@command(needs="people.view")
def withdraw_swap(actor: Actor, *, swap_id: int) -> None:
    """Take one's wish back while it waits. Raises: NotFound, NotYours, NotPossible. Emits: SwapMoved."""
    swap = _locked(swap_id)
    if swap.asker_id != actor.staff_id:
        raise NotYours
    _move(actor, swap, "withdraw")


@command(needs="people.approve")
def decide_swap(actor: Actor, *, swap_id: int, approve: bool, note: str = "", now: datetime) -> None:
    """Approve or refuse a swap both agreed on; with approval the duties change hands.

    Locks: both people, in id order, then the swap.
    Raises: NotFound, DecidedByAnother, NotPossible, CannotSwap. Emits: SwapMoved.
    """
    people = Swap.objects.filter(id=swap_id).values_list("asker_id", "colleague_id").first()
    if people is None:
        raise errors.NotFound(key=swap_id)
    guards.lock_staff(people)
    swap = _locked(swap_id)
    if not swaps.can_decide(actor.staff_id, asker=swap.asker_id, colleague=swap.colleague_id):
        raise DecidedByAnother
    verb = "approve" if approve else "refuse"
    _move(actor, swap, verb, decided_by_id=actor.staff_id, decided_at=now, decision_note=note[:200])
    if approve:
        _hand_over(swap, now)


def _hand_over(swap: Swap, now: datetime) -> None:
    """Give each duty to the other person in one statement, so that the database looks at overlaps afterwards."""
    duty = _duty(swap.duty_id, now)
    theirs = _duty(swap.for_duty_id, now) if swap.for_duty_id else None
    if duty.staff_id != swap.asker_id or (theirs is not None and theirs.staff_id != swap.colleague_id):
        raise errors.Stale
    _require_free(duty, theirs, asker=swap.asker_id, colleague=swap.colleague_id)
    ids = [each.id for each in (duty, theirs) if each]
    other = Case(When(staff_id=swap.asker_id, then=Value(swap.colleague_id)), default=Value(swap.asker_id))
    Duty.objects.filter(id__in=ids, state="planned").update(staff_id=other, source="swap")


def _locked(swap_id: int) -> Swap:
    swap = Swap.objects.select_for_update(of=("self",)).filter(id=swap_id).first()
    if swap is None:
        raise errors.NotFound(key=swap_id)
    return swap


def _move(actor: Actor, swap: Swap, verb: str, **facts: object) -> None:
    """Change a swap's state by compare-and-set. Raises: NotPossible. Emits: SwapMoved."""
    after = swaps.next_state(swap.state, verb)
    if after is None or not Swap.objects.filter(id=swap.id, state=swap.state).update(state=after, **facts):
        raise errors.NotPossible(state=swap.state, verb=verb)
    moved = SwapMoved(
        swap_id=swap.id, asker_id=swap.asker_id, colleague_id=swap.colleague_id, before=swap.state, after=after
    )
    events.record(actor, [moved])
