"""Show what a policy would do, before it is in force."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.kernel.calendar import due_after, due_before
from steward.modules.deadlines import rules
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.rules import clocks, ladders


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
