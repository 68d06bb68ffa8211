"""Lock repairs, carry out their transitions with their clocks, and tell. Steps of commands."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import (
    ClockPause,
    ClockStart,
    ClockStop,
    cancel_clocks,
    pause_clocks,
    resume_clocks,
    start_clocks,
    stop_clocks,
)
from steward.modules.returns.commands.moving import locked_case
from steward.modules.returns.commands.repairing_telling import tell_moved
from steward.modules.returns.events import RepairMoved
from steward.modules.returns.models import Case, Repair
from steward.modules.returns.rules import repair as rules

SUBJECT = "repair"
DIAGNOSIS, DONE, LOANER = "repair_diagnosis", "repair_done", "loaner_back"
WAITS = "waiting_for_customer"
# What a step writes beside the state.
TIMES: Mapping[str, str] = {"receive": "received_at"}
RESULTS: Mapping[str, str] = {
    "finish": "repaired",
    "give_back": "unrepaired",
    "give_up": "not_repairable",
    "replace": "replaced",
    "refund": "refunded",
    "cancel": "cancelled",
}


def locked_repair(actor: Actor, repair_id: int) -> tuple[Repair, Case]:
    """Lock a repair's case, then the repair. Raises: NotFound, also where the actor may not touch its shop."""
    case_id = Repair.objects.filter(id=repair_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise errors.NotFound(key=repair_id)
    case = locked_case(actor, case_id)
    rows = Repair.objects.select_for_update(no_key=True, of=("self",)).select_related("item", "piece")
    return rows.get(id=repair_id), case


def move_repair(actor: Actor, row: Repair, case: Case, verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one transition of a locked repair; its clocks follow, and the customer is told what matters to them.

    Raises: NotPossible, Stale. Emits: RepairMoved.
    """
    before, after = row.state, rules.next_state(row.state, verb)
    changes |= {"state": after, "state_since": now}
    if verb in TIMES:
        changes.setdefault(TIMES[verb], now)
    if verb in RESULTS and not (verb == "give_back" and row.result):
        changes["result"] = RESULTS[verb]
    if after == "ready":
        changes["ready_at"] = now
    if after in rules.OVER:
        changes["ended_at"] = now
    if Repair.objects.filter(id=row.id, state=before).update(**changes) != 1:
        raise errors.Stale
    for name, value in changes.items():
        setattr(row, name, value)
    _follow_clocks(actor, row, now)
    announce(actor, row, case, verb)
    tell_moved(actor, row, case, now)


def _follow_clocks(actor: Actor, row: Repair, now: datetime) -> None:
    """Let the limits follow the state: diagnosed in time, done in time but for what waits for the customer."""
    done = ClockStop(SUBJECT, row.id, DONE)
    if row.state == "received":
        facts = {"place": row.place, "coverage": row.coverage, "category": row.item.category}
        starts = [
            ClockStart(SUBJECT, row.id, kind, row.received_at or now, facts, owner_id=row.technician_id,
                       simulated=row.simulated)
            for kind in (DIAGNOSIS, DONE)
        ]  # fmt: skip
        start_clocks(actor, starts=starts, now=now)
    elif row.state == "diagnosed":
        stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, DIAGNOSIS)], at=now)
    elif row.state == "quoted":
        pause_clocks(actor, pauses=[ClockPause(SUBJECT, row.id, DONE, WAITS)], at=now)
    elif row.state in ("approved", "declined"):
        resume_clocks(actor, stops=[done], at=now)
    elif row.state == "ready":
        stop_clocks(actor, stops=[done, ClockStop(SUBJECT, row.id, DIAGNOSIS)], at=now)
    elif row.state in rules.OVER:
        cancel_clocks(actor, stops=[done, ClockStop(SUBJECT, row.id, DIAGNOSIS)], at=now)


def announce(actor: Actor, row: Repair, case: Case, verb: str) -> None:
    """Tell others of a transition. Emits: RepairMoved."""
    moved = RepairMoved(
        repair_id=row.id,
        number=row.number,
        case_id=case.id,
        order_id=row.order_id,
        ticket_id=case.ticket_id,
        verb=verb,
        state=row.state,
        coverage=row.coverage,
        result=row.result if row.state in rules.OVER else "",
        next_case=row.next_case,
        simulated=row.simulated,
    )
    events.record(actor, [moved])


def hands(actor: Actor, *permissions: str) -> Actor:
    """Return the actor with what this step needs of lower modules, and only for it."""
    return dataclasses.replace(actor, permissions=actor.permissions | set(permissions))
