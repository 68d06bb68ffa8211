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
