"""Show what a policy would do, before it is in force."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.kernel.calendar import NoWorkingTime, due_after, due_at, due_before
from steward.modules.deadlines import rules
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.rules import clocks, ladders
from steward.modules.people import queries as people


class PreviewStep(Struct, frozen=True):
    """What would happen when: warned, breached or escalated, with verb and role."""

    kind: str
    at: datetime
    verb: str = ""
    whom: str = ""


class Preview(Struct, frozen=True):
    """When something starting at an instant would be due, and what happens around it."""

    started_at: datetime
    due_at: datetime
    steps: tuple[PreviewStep, ...]


class TeamPreview(Struct, frozen=True):
    """When something starting at an instant would be due for the people of a team; None: its calendar never opens."""

    team: str
    calendar: str
    due_at: datetime | None


def due_by_team(*, target_s: int, started_at: datetime) -> list[TeamPreview]:
    """Compute when what somebody of each team owns would be due, by that team's hours. Units: seconds."""
    return [
        TeamPreview(one.name, one.calendar_code, _due(one.calendar_code, target_s, started_at))
        for one in people.teams()
    ]


def _due(calendar: str, target_s: int, started_at: datetime) -> datetime | None:
    try:
        return due_at(policies.calendar_in_force(calendar), started_at, target_s)
    except NoWorkingTime:
        return None


def due_preview(
    *, target_s: int, calendar: str, warnings: list[object], ladder: list[object], started_at: datetime
) -> Preview:
    """Compute when something that starts then would be due, and every step around it.

    Units: seconds of working time. Raises: LookupError for an unknown calendar; BadLadder; NoWorkingTime.
    """
    in_force = policies.calendar_in_force(calendar)
    plan = rules.plan_of(ladders.parse_warnings(warnings, target_s), ladders.parse_ladder(ladder), target_s)
    clock = clocks.started(rules.Terms(in_force, plan), target_s=target_s, at=started_at)
    due = clock.due_at or started_at
    steps = [PreviewStep("warned", max(started_at, due_before(in_force, due, -us))) for us in plan.warnings_us]
    steps.append(PreviewStep("breached", due))
    for us, rung in zip(plan.rungs_us, plan.rungs, strict=True):
        at = due_after(in_force, due, us) if us >= 0 else max(started_at, due_before(in_force, due, -us))
        steps.append(PreviewStep("escalated", at, rung.verb, rung.whom))
    return Preview(started_at, due, tuple(sorted(steps, key=lambda step: step.at)))
