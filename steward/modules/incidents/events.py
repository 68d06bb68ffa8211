"""What the incidents module announces."""

from __future__ import annotations

from steward.kernel.events import Event


class SurgeStarted(Event, frozen=True, kw_only=True):
    """Surge mode was switched on for a queue."""

    KIND = "incidents.surge_started"
    SUBJECT = "surge"
    surge_id: int
    queue: str
    plan: str
    why: str
    waiting: int
    reason: str = ""


class SurgeEnded(Event, frozen=True, kw_only=True):
    """Surge mode is over; what it had changed was undone, but for what people have changed since."""

    KIND = "incidents.surge_ended"
    SUBJECT = "surge"
    surge_id: int
    queue: str
    plan: str
    undone: int
    left: int
    reason: str = ""


class SurgePlanSet(Event, frozen=True, kw_only=True):
    """A plan was put in force, changed or taken out of force."""

    KIND = "incidents.surge_plan_set"
    SUBJECT = "surge_plan"
    surge_plan_id: int
    code: str
    version: int
    active: bool
    reason: str
