"""Read flows, and the checklists of tickets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import get_language
from msgspec import Struct

from steward.modules.deadlines.queries import ClockView, next_clocks
from steward.modules.desk.models import Flow, TicketStep
from steward.modules.desk.rules.flows import Step

SUBJECT = "ticket_step"


class FlowView(Struct, frozen=True):
    """One version of a flow."""

    id: int
    code: str
    version: int
    active: bool
    position: int
    labels: dict[str, str]
    condition: list[Any]
    steps: list[Step]
    set_at: datetime
    set_by: str
    reason: str


class StepView(Struct, frozen=True):
    """One line of a ticket's checklist, in the reader's language; `by_itself`: it ticks when its event happens."""

    id: int
    ticket_id: int
    code: str
    label: str
    hint: str
    role: str
    state: str
    opened_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    why: str
    by_itself: bool
    optional: bool
    outcome: str = ""
    outcomes: dict[str, str] = {}
    clock: ClockView | None = None


class Checklist(Struct, frozen=True):
    """A ticket's flow and its steps in order."""

    flow: str
    label: str
    steps: list[StepView]

    @property
    def done(self) -> int:
        """Count the steps that are done or left out."""
        return sum(step.state in ("done", "skipped") for step in self.steps)

    @property
    def needed(self) -> int:
        """Count the steps that are not passed over, as far as one knows."""
        return sum(step.state != "passed" for step in self.steps)


def steps_of_flow(flow: Flow) -> tuple[Step, ...]:
    """Read the steps of a stored flow."""
    return msgspec.convert(flow.steps, tuple[Step, ...])


def flows_in_force() -> list[FlowView]:
    """List the flows in force in the order in which they are asked."""
    return [_flow(row) for row in Flow.objects.filter(active=True).order_by("position", "id")]


def flow_history(code: str) -> list[FlowView]:
    """List the versions of a flow, newest first."""
    return [_flow(row) for row in Flow.objects.filter(code=code).order_by("-version")]


def checklists(ticket_ids: Collection[int]) -> dict[int, Checklist]:
    """Read the checklist of each ticket that has one; three queries for all."""
    rows = (
        TicketStep.objects.filter(ticket_id__in=ticket_ids)
        .exclude(state="dropped")
        .select_related("flow")
        .order_by("ticket_id", "position")
    )
    by_ticket: dict[int, list[TicketStep]] = defaultdict(list)
    for row in rows:
        by_ticket[row.ticket_id].append(row)
    clocks = next_clocks(SUBJECT, [row.id for steps in by_ticket.values() for row in steps if row.state == "open"])
    return {
        ticket_id: Checklist(steps[0].flow.code, said(steps[0].flow.labels), _views(steps, clocks))
        for ticket_id, steps in by_ticket.items()
    }


def open_steps(roles: Sequence[str], *, limit: int = 50) -> list[StepView]:
    """List the steps that wait for some roles, the longest open first; for “my work”."""
    rows = TicketStep.objects.filter(state="open", role__in=roles).select_related("flow").order_by("opened_at", "id")
    found = list(rows[:limit])
    return _views(found, next_clocks(SUBJECT, [row.id for row in found]))


def step_names(step_ids: Sequence[int]) -> dict[int, str]:
    """Tell the ticket's number and the step; the port `deadlines.names.ticket_step`."""
    rows = TicketStep.objects.filter(id__in=step_ids).select_related("flow", "ticket")
    return {row.id: f"{row.ticket.number} · {plan_of(row).labels.get('zh-hans', row.code)}" for row in rows}


def _views(rows: Sequence[TicketStep], clocks: dict[int, ClockView]) -> list[StepView]:
    return [_step(row, plan_of(row), clocks.get(row.id)) for row in rows]


def plan_of(row: TicketStep) -> Step:
    """Find what a ticket's step is in its flow."""
    return next(step for step in steps_of_flow(row.flow) if step.code == row.code)


def _step(row: TicketStep, plan: Step, clock: ClockView | None) -> StepView:
    return StepView(
        id=row.id,
        ticket_id=row.ticket_id,
        code=row.code,
        label=said(plan.labels),
        hint=said(plan.hint),
        role=row.role,
        state=row.state,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        why=row.why,
        by_itself=bool(plan.done_when),
        optional=plan.optional,
        outcome=next((said(one.labels) for one in plan.outcomes if one.code == row.outcome), ""),
        outcomes={one.code: said(one.labels) for one in plan.outcomes},
        clock=clock,
    )


def said(words: dict[str, str]) -> str:
    """Choose the words of the reader's language."""
    language = get_language() or "zh-hans"
    return words.get(language) or words.get("zh-hans") or next(iter(words.values()), "")


def _flow(row: Flow) -> FlowView:
    return FlowView(
        row.id, row.code, row.version, row.active, row.position, row.labels, row.condition, list(steps_of_flow(row)),
        row.set_at, row.set_by, row.reason,
    )  # fmt: skip
