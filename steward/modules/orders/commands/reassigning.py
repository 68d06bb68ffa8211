"""Give orders, exceptions and checks that were not done in time to somebody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import Handover, reassign_clocks
from steward.modules.deadlines.events import ClockEscalated
from steward.modules.orders.commands.exceptions_opening import SUBJECT, note
from steward.modules.orders.events import ExceptionWorked, OrderReassigned
from steward.modules.orders.models import ExceptionCase, Verification
from steward.modules.people import queries as people

KINDS = ("order", SUBJECT, "approval")


@command(needs="orders.advance")
def reassign_subjects(actor: Actor, *, steps: Sequence[ClockEscalated], now: datetime) -> int:
    """Give the subjects of these steps to the next person on duty who may work on them; a second run gives none.

    An exception changes its owner, orders and checks of entries belong to whom their clock says. Returns how many
    changed hands. Emits: ClockReassigned, ExceptionWorked, OrderReassigned. Locks: exceptions, then clocks, by id.
    """
    wanted = [step for step in steps if step.verb == "reassign" and step.about_kind in KINDS]
    ids = sorted({step.about_id for step in wanted if step.about_kind == SUBJECT})
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector").filter(id__in=ids)
    cases = {case.id: case for case in locked.order_by("id")}
    moved = [one for one in reassign_clocks(actor, steps=wanted, now=now) if one.chosen.staff_id is not None]
    names = people.actor_names([_person(one) for one in moved])
    of_desk = {one.step.about_id: one for one in moved if one.step.about_kind == SUBJECT}
    for owner_id in {one.chosen.staff_id for one in of_desk.values()}:
        theirs = [id_ for id_, one in of_desk.items() if one.chosen.staff_id == owner_id]
        ExceptionCase.objects.filter(id__in=theirs).update(owner_id=owner_id)
    note(actor, {id_: ("escalated", names.get(_person(one), "")) for id_, one in of_desk.items()}, now)
    told: list[events.Event] = [_worked(cases[id_]) for id_ in of_desk]
    orders = _orders_of(moved, cases)
    told += [
        OrderReassigned(
            order_id=order_id,
            clock_kind=one.step.clock_kind,
            before_id=one.before_id,
            after_id=one.chosen.staff_id or 0,
            name=names.get(_person(one), ""),
            how=one.chosen.how,
            simulated=one.step.simulated,
        )
        for one, order_id in zip(moved, orders, strict=True)
        if order_id
    ]
    events.record(actor, told)
    return len(moved)


def _person(one: Handover) -> str:
    return f"person:{one.chosen.staff_id}"


def _orders_of(moved: Sequence[Handover], cases: Mapping[int, ExceptionCase]) -> list[int | None]:
    """Name the order each subject belongs to, for its timeline."""
    wanted = {one.step.about_id for one in moved if one.step.about_kind == "approval"}
    looks = dict(Verification.objects.filter(approval_id__in=wanted).values_list("approval_id", "order_id"))
    found: list[int | None] = []
    for one in moved:
        kind, id_ = one.step.about_kind, one.step.about_id
        found.append(id_ if kind == "order" else cases[id_].order_id if kind == SUBJECT else looks.get(id_))
    return found


def _worked(case: ExceptionCase) -> ExceptionWorked:
    return ExceptionWorked(
        order_id=case.order_id or 0,
        exception_id=case.id,
        detector=case.detector.code,
        verb="reassign",
        simulated=case.simulated,
    )
