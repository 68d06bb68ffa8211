"""The clocks of complaints: registered within a day, solved within two, from the customer's word on (DSK-4, DSK-8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import (
    ClockPause,
    ClockStart,
    ClockStop,
    Owner,
    Restatement,
    cancel_clocks,
    pause_clocks,
    reopen_clocks,
    restate_facts,
    resume_clocks,
    set_owners,
    start_clocks,
    stop_clocks,
)
from steward.modules.deadlines.queries import next_clocks
from steward.modules.desk.models import Complaint

SUBJECT = "complaint"
REGISTERED, SOLVED = "complaint_registered", "complaint_solved"
KINDS = (REGISTERED, SOLVED)
WAITS = "waiting_for_customer"


def facts_of(row: Complaint) -> dict[str, Any]:
    """Say of a complaint what the conditions of time limits may ask."""
    return {"severity": row.seriousness, "type": row.type.code, "source": row.source}


def begin(actor: Actor, rows: Sequence[Complaint], now: datetime) -> None:
    """Start both clocks at the customer's word."""
    starts = [
        ClockStart(SUBJECT, row.id, kind, row.told_at, facts_of(row), row.owner_id, None, row.simulated)
        for row in rows
        for kind in KINDS
    ]
    start_clocks(actor, starts=starts, now=now)


def registered(actor: Actor, row: Complaint, at: datetime) -> None:
    """End the clock of registering."""
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, REGISTERED)], at=at)


def wait(actor: Actor, rows: Sequence[Complaint], at: datetime) -> None:
    """Let the solution's clock stand still while the customer has to answer."""
    pause_clocks(actor, pauses=[ClockPause(SUBJECT, row.id, SOLVED, WAITS) for row in rows], at=at)


def go_on(actor: Actor, rows: Sequence[Complaint], at: datetime) -> None:
    """Let it run on."""
    resume_clocks(actor, stops=[ClockStop(SUBJECT, row.id, SOLVED) for row in rows], at=at, lifts={WAITS})


def solved(actor: Actor, row: Complaint, at: datetime) -> None:
    """End the clock of solving, as kept or missed."""
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, SOLVED)], at=at)


def call_off(actor: Actor, row: Complaint, at: datetime, reason: str) -> None:
    """End every clock of what is no complaint, or was taken back by the customer."""
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, row.id, kind) for kind in KINDS], at=at, reason=reason)


def open_again(actor: Actor, row: Complaint, at: datetime, reason: str) -> None:
    """Begin the next cycle of solving."""
    said = [Restatement(SUBJECT, row.id, facts_of(row), owner_id=row.owner_id)]
    reopen_clocks(actor, stops=[ClockStop(SUBJECT, row.id, SOLVED)], at=at, reason=reason, restatements=said)


def say_again(actor: Actor, row: Complaint, at: datetime) -> None:
    """Tell the clocks what changed and who has it now."""
    said = [Restatement(SUBJECT, row.id, facts_of(row), owner_id=row.owner_id)]
    restate_facts(actor, restatements=said, at=at, reason="restated")
    set_owners(actor, owners=[Owner(SUBJECT, row.id, kind, row.owner_id) for kind in KINDS], at=at)


def keep_due(complaint_ids: Iterable[int]) -> None:
    """Write to complaints when their next clock is due; the last step of whatever changes clocks."""
    ids = sorted(set(complaint_ids))
    clocks = next_clocks(SUBJECT, ids) if ids else {}
    rows = [Complaint(id=id_, due_at=clocks[id_].due_at if id_ in clocks else None) for id_ in ids]
    Complaint.objects.bulk_update(rows, ["due_at"])
