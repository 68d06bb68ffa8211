"""Give orders, exceptions and checks that were not done in time to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel import events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import Handover, reassign_clocks
from steward.modules.deadlines.events import ClockEscalated
from steward.modules.orders.commands.exceptions_opening import SUBJECT, note
from steward.modules.orders.events import ExceptionWorked
from steward.modules.orders.models import ExceptionCase
from steward.modules.people import queries as people

KINDS = ("order", SUBJECT, "approval")


@command(needs="orders.advance")
def reassign_subjects(actor: Actor, *, steps: Sequence[ClockEscalated], now: datetime) -> int:
    """Give the subjects of these steps to the next person on duty who may work on them; a second run gives none.

    An exception changes its owner, orders and checks of entries belong to whom their clock says. Returns how many
    changed hands. Emits: ClockReassigned, ExceptionWorked. Locks: exceptions in id order, then clocks in id order.
    """
    wanted = [step for step in steps if step.verb == "reassign" and step.about_kind in KINDS]
    ids = sorted({step.about_id for step in wanted if step.about_kind == SUBJECT})
    locked = ExceptionCase.objects.select_for_update(of=("self",)).select_related("detector").filter(id__in=ids)
    cases = {case.id: case for case in locked.order_by("id")}
    moved = [one for one in reassign_clocks(actor, steps=wanted, now=now) if one.chosen.staff_id is not None]
    _move_exceptions(actor, [one for one in moved if one.step.about_id in cases], cases, now)
    return len(moved)


def _move_exceptions(actor: Actor, moved: Sequence[Handover], cases: dict[int, ExceptionCase], now: datetime) -> None:
    """Write the new owner of exceptions and say so in their notes. Emits: ExceptionWorked."""
    of_desk = {one.step.about_id: one.chosen.staff_id or 0 for one in moved if one.step.about_kind == SUBJECT}
    names = people.actor_names([f"person:{owner}" for owner in of_desk.values()])
    for id_, owner in of_desk.items():
        ExceptionCase.objects.filter(id=id_).update(owner_id=owner)
    note(actor, {id_: ("escalated", names.get(f"person:{owner}", "")) for id_, owner in of_desk.items()}, now)
    told = [
        ExceptionWorked(
            order_id=cases[id_].order_id or 0,
            exception_id=id_,
            detector=cases[id_].detector.code,
            verb="reassign",
            simulated=cases[id_].simulated,
        )
        for id_ in of_desk
    ]
    events.record(actor, told)
