"""What deadlines announce."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class ClockBreached(Event, frozen=True, kw_only=True):
    """A limit was missed; announced once per clock. `about_kind` and `about_id` name what the clock belongs to.

    `clock_kind` is the limit (e.g. order_payment), `breached_at` the due time, never the time of detection.
    """

    KIND = "deadlines.clock_breached"
    SUBJECT = "clock"
    clock_id: int
    clock_kind: str
    about_kind: str
    about_id: int
    cycle: int
    breached_at: datetime


class TimeLimitSet(Event, frozen=True, kw_only=True):
    """A manager changed a time limit; it counts for clocks that start from now on. Units: seconds."""

    KIND = "deadlines.time_limit_set"
    SUBJECT = "policy"
    policy_id: int
    about_kind: str
    clock_kind: str
    before_s: int
    after_s: int
