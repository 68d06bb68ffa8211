"""Approve cases: what follows from it is the same, whoever decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.modules.returns.commands.exchanging import reserve
from steward.modules.returns.commands.moving import ANSWER, announce_decision, stop_clock
from steward.modules.returns.commands.telling import tell_decided
from steward.modules.returns.models import Case, Piece
from steward.modules.returns.queries.alone import POLICY, granted_alone
from steward.modules.returns.rules import joining, states
from steward.modules.returns.rules.policy import Verdict

DESPITE_H = parameters.define(
    "returns.send_back_despite_h",
    7 * 24,
    unit="h",
    label=_("Goods of cases granted against the policy have to be sent back within so many hours"),
    minimum=1,
    maximum=24 * 366,
)


def grant_alone(actor: Actor, rows: Sequence[Case], now: datetime) -> dict[int, str]:
    """Approve those cases the policy grants by itself, as far as all it granted so of an order stays within the limit.

    What cannot be exchanged, as the goods are not there, waits for a person. The orders are locked. Returns their
    states by id. Emits: CaseDecided.
    """
    alone = granted_alone({row.order_id for row in rows}) if rows else {}
    wanted = []
    for row in rows:
        sum_minor = alone.get(row.order_id, 0) + row.worth_minor
        if joining.is_granted_alone(verdict_of(row), sum_minor):
            wanted.append(row)
            alone[row.order_id] = sum_minor
    if wanted:
        approve(actor, wanted, decider=POLICY, now=now)
    return {row.id: row.state for row in wanted}


def may_alone(row: Case, amount_minor: int) -> bool:
    """Tell whether the policy grants so much for a case by itself, with what it granted of its order so already.

    Units: minor currency units.
    """
    others = granted_alone([row.order_id], but=row.id).get(row.order_id, 0)
    return joining.is_granted_alone(verdict_of(row), others + amount_minor)


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
    """Tell within how many hours the goods have to be sent; 0: any time. Against the policy no rule says it."""
    if row.kind not in states.SENT_BACK:
        return 0
    hours = int(row.verdict.get("return_within_h", 0))
    return hours or (int(parameters.value(DESPITE_H)) if "despite" in row.verdict else 0)
