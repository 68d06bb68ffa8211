"""Approve cases: what follows from it is the same, whoever decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from steward.kernel.actor import Actor
from steward.modules.returns.commands.exchanging import reserve
from steward.modules.returns.commands.moving import ANSWER, announce_decision, stop_clock
from steward.modules.returns.commands.telling import tell_decided
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.rules import joining, states
from steward.modules.returns.rules.policy import Verdict

POLICY = "policy"


def grant_alone(actor: Actor, rows: Sequence[Case], now: datetime) -> dict[int, str]:
    """Approve those cases the policy grants by itself. Returns their states by id. Emits: CaseDecided.

    What cannot be exchanged, as the goods are not there, waits for a person.
    """
    wanted = [row for row in rows if joining.is_granted_alone(verdict_of(row), row.quoted_minor)]
    if wanted:
        approve(actor, wanted, decider=POLICY, now=now)
    return {row.id: row.state for row in wanted}


def verdict_of(row: Case) -> Verdict:
    """Read what the policy had said of a case."""
    said = {name: value for name, value in row.verdict.items() if name in Verdict.__struct_fields__}
    return msgspec.convert(said, Verdict) if said else Verdict(eligible=False)


def approve(actor: Actor, rows: Collection[Case], *, decider: str, now: datetime) -> dict[int, dict[int, int]]:
    """Approve requested cases that are locked, or were written in this transaction: set based, however many.

    Where nothing is to be sent back the pieces stay with the customer and count at once. The customer is told. What is
    to be sent instead is set aside; returns what of it is short, by case: these are not approved. Emits: CaseDecided.
    """
    for row in rows:
        row.return_by = now + timedelta(hours=_hours_to_send(row)) if _hours_to_send(row) else None
    short = reserve(actor, list(rows), now)
    rows = [row for row in rows if row.id not in short]
    hours: dict[int, list[int]] = {}
    for row in rows:
        hours.setdefault(_hours_to_send(row), []).append(row.id)
    for within_h, ids in hours.items():
        until = now + timedelta(hours=within_h) if within_h else None
        Case.objects.filter(id__in=ids, state="requested").update(
            state="approved", state_since=now, decided_at=now, decider=decider, refusal="", return_by=until
        )
    for row in rows:
        row.state, row.state_since, row.decided_at, row.decider = (
            states.next_state(row.state, "approve"),
            now,
            now,
            decider,
        )
    kept = [row.id for row in rows if row.kind not in states.SENT_BACK]
    if kept:
        here = Piece.objects.filter(case_id__in=kept, reception="awaiting", live=True)
        here.update(reception=states.next_reception("awaiting", "leave"), acceptance="accepted")
    stop_clock(actor, rows, ANSWER, now)
    announce_decision(actor, rows, "approve", decider=decider)
    tell_decided(actor, rows, now)
    return short


def _hours_to_send(row: Case) -> int:
    return int(row.verdict.get("return_within_h", 0)) if row.kind in states.SENT_BACK else 0
