"""What deadlines announce. `about_kind` and `about_id` name what a clock belongs to, `clock_kind` is the limit."""

from __future__ import annotations

from datetime import datetime

from steward.kernel.events import Event


class ClockWarned(Event, frozen=True, kw_only=True):
    """A limit comes near; announced once per warning of the policy, `number` counting from 0."""

    KIND = "deadlines.clock_warned"
    SUBJECT = "clock"
    clock_id: int
    clock_kind: str
    about_kind: str
    about_id: int
    cycle: int
    due_at: datetime
    number: int
    owner_id: int | None
    role: str


class ClockBreached(Event, frozen=True, kw_only=True):
    """A limit was missed; announced once per due time. `about_kind` and `about_id` name what the clock belongs to.

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
    owner_id: int | None = None
    role: str = ""


class ClockEscalated(Event, frozen=True, kw_only=True):
    """A step of the ladder was reached: notify, reassign, manager or on_call; the subject's module reassigns.

    `at` is the instant of the step, `whom` the role or team it names, `number` counts from 0.
    """

    KIND = "deadlines.clock_escalated"
    SUBJECT = "clock"
    clock_id: int
    clock_kind: str
    about_kind: str
    about_id: int
    cycle: int
    due_at: datetime
    at: datetime
    number: int
    verb: str
    whom: str
    owner_id: int | None
    role: str


class ClocksRedated(Event, frozen=True, kw_only=True):
    """Clocks are due at another time by a policy, a calendar or somebody's hand, unasked by what they belong to.

    `about_ids` are all the subjects of one kind in a batch, `clock_id` is one of their clocks.
    """

    KIND = "deadlines.clocks_redated"
    SUBJECT = "clock"
    clock_id: int
    about_kind: str
    about_ids: list[int]
    reason: str = ""


class ClockReassigned(Event, frozen=True, kw_only=True):
    """A step of the ladder took a subject from one person and gave it to another.

    `how`: on_duty, or where nobody was there on_call or manager; nobody: none of them could be found, it stays.
    """

    KIND = "deadlines.clock_reassigned"
    SUBJECT = "clock"
    clock_id: int
    clock_kind: str
    about_kind: str
    about_id: int
    cycle: int
    due_at: datetime
    number: int
    how: str
    before_id: int | None
    after_id: int | None


class BreachWithdrawn(Event, frozen=True, kw_only=True):
    """A breach that had been announced is none any more: the facts or the limit changed, or the end came in late."""

    KIND = "deadlines.breach_withdrawn"
    SUBJECT = "clock"
    clock_id: int
    clock_kind: str
    about_kind: str
    about_id: int
    cycle: int
    breached_at: datetime
    reason: str


class PolicyAdded(Event, frozen=True, kw_only=True):
    """A line was added to the policies. Units: seconds."""

    KIND = "deadlines.policy_added"
    SUBJECT = "policy"
    policy_id: int
    about_kind: str
    clock_kind: str
    code: str
    target_s: int
    reason: str


class PolicyChanged(Event, frozen=True, kw_only=True):
    """A new version of a policy is in force, for what runs as well. Units: seconds."""

    KIND = "deadlines.policy_changed"
    SUBJECT = "policy"
    policy_id: int
    about_kind: str
    clock_kind: str
    code: str
    before_s: int
    after_s: int
    fields: list[str]
    reason: str


class PolicyRetired(Event, frozen=True, kw_only=True):
    """A policy counts no more; what ran under it runs under the next that fits, or ends."""

    KIND = "deadlines.policy_retired"
    SUBJECT = "policy"
    policy_id: int
    about_kind: str
    clock_kind: str
    code: str
    reason: str


class TimeLimitSet(Event, frozen=True, kw_only=True):
    """A manager changed a time limit, in a version of Steward that kept no more than the limit. Units: seconds."""

    KIND = "deadlines.time_limit_set"
    SUBJECT = "policy"
    policy_id: int
    about_kind: str
    clock_kind: str
    before_s: int
    after_s: int
