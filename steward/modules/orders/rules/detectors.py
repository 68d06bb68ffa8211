"""What can go wrong with an order, how an exception lives, and who gets it. Source: ORD-8."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from steward.kernel import lifecycles

SEVERITIES = ("normal", "high", "urgent")
STATES = ("muted", "open", "in_work", "solved", "dismissed")
SUBJECTS = ("order", "callback", "cancellation")
# What a person can choose as the outcome; `gone` is written when the fact was no longer there, `false_alarm` is the
# outcome of what was dismissed.
SOLVED_AS = ("order_mended", "goods_found", "money_settled", "customer_agreed", "order_cancelled", "nothing_needed")
OUTCOMES = (*SOLVED_AS, "false_alarm", "gone")

TRANSITIONS: dict[tuple[str, str], str] = {
    ("muted", "unmute"): "open",
    ("muted", "close"): "solved",
    ("open", "take"): "in_work",
    ("in_work", "take"): "in_work",
    ("open", "solve"): "solved",
    ("in_work", "solve"): "solved",
    ("open", "dismiss"): "dismissed",
    ("in_work", "dismiss"): "dismissed",
    ("open", "mute"): "muted",
    ("in_work", "mute"): "muted",
    ("open", "close"): "solved",
    ("in_work", "close"): "solved",
    ("solved", "reopen"): "open",
    ("dismissed", "reopen"): "open",
}


class Shipped(Struct, frozen=True):
    """A detector as it is shipped: gravity, who answers, its limits (seconds where the name ends in _s)."""

    code: str
    severity: str
    role: str
    limits: Mapping[str, int] = {}


HOUR, DAY = 3_600, 86_400
SHIPPED = (
    Shipped("stuck", "normal", "order_clerk", {"received_s": 2 * DAY, "checked_s": 3 * DAY, "audit_s": 2 * HOUR}),
    Shipped("paid_not_approved", "high", "order_checker", {"after_s": 4 * HOUR}),
    Shipped("stock_lost", "urgent", "order_checker"),
    Shipped("price_changed", "high", "order_checker", {"percent": 1}),
    Shipped("duplicate", "high", "order_checker", {"within_s": DAY}),
    Shipped("payment_trouble", "urgent", "finance"),
    Shipped("address_trouble", "normal", "customer_service", {"after_s": 2 * HOUR}),
    Shipped("change_request", "high", "customer_service"),
    Shipped("late_twice", "high", "after_sales_manager", {"times": 2}),
    Shipped("unmatched_callback", "high", "finance", {"after_s": HOUR}),
    Shipped("unmatched_cancellation", "normal", "order_clerk", {"after_s": DAY, "recent_s": 30 * DAY}),
    Shipped("cancelled_late", "urgent", "customer_service"),
    Shipped("not_picked_up", "high", "warehouse", {"after_s": DAY}),
    Shipped("parcel_stuck", "high", "logistics_coordinator", {"after_s": 3 * DAY}),
    Shipped("delivery_late", "high", "logistics_coordinator"),
    Shipped("delivery_failed", "high", "logistics_coordinator"),
    Shipped("parcel_lost", "urgent", "logistics_coordinator"),
    Shipped("parcel_damaged", "urgent", "logistics_coordinator"),
    Shipped("not_allocated", "urgent", "logistics_coordinator"),
)
CODES = tuple(one.code for one in SHIPPED)
# Those that the sweep looks for; the others are heard of.
SWEPT = (
    "stuck",
    "paid_not_approved",
    "stock_lost",
    "duplicate",
    "address_trouble",
    "unmatched_callback",
    "unmatched_cancellation",
)
# What was heard of ends with one of these states of its order.
ENDED_BY: Mapping[str, tuple[str, ...]] = {
    "price_changed": ("approved", "completed", "cancelled"),
    "late_twice": ("completed", "cancelled"),
    "change_request": ("completed", "cancelled"),
    "not_allocated": ("completed", "cancelled"),
}


class Candidate(Struct, frozen=True):
    """Somebody who could own an exception, with how many they own already."""

    staff_id: int
    has: int
    on_duty: bool
    present: bool = False


def next_state(state: str, verb: str) -> str:
    """Return the state after a transition. Raises: NotPossible."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def owners(candidates: Iterable[Candidate], count: int) -> list[int | None]:
    """Share exceptions out among those on duty, whoever has fewest first; None: nobody is there, the role's queue.

    Where nobody's duty is planned, those at their console count.
    """
    known = list(candidates)
    there = [one for one in known if one.on_duty] or [one for one in known if one.present]
    load = {one.staff_id: one.has for one in there}
    chosen: list[int | None] = []
    for _number in range(count):
        owner = min(load, key=lambda id_: (load[id_], id_), default=None)
        if owner is not None:
            load[owner] += 1
        chosen.append(owner)
    return chosen


def limits_fit(known: Mapping[str, int], wanted: Mapping[str, Any]) -> bool:
    """Tell whether limits name what the detector knows, each a whole number above 0 that a year can hold."""
    return set(wanted) == set(known) and all(
        isinstance(value, int) and not isinstance(value, bool) and 0 < value <= 366 * DAY for value in wanted.values()
    )


def before(now: datetime, limits: Mapping[str, int], name: str) -> datetime:
    """Return the instant before which a thing has lasted longer than a limit. Units: seconds."""
    return now - timedelta(seconds=limits[name])


def price_changed_enough(before_minor: int, after_minor: int, percent: int) -> bool:
    """Tell whether a total moved by at least so many percent. Units: minor currency units."""
    return before_minor != after_minor and abs(after_minor - before_minor) * 100 >= percent * before_minor


class Share(Struct, frozen=True):
    """One bar of a Pareto chart: how many, which share of all, and the share of it and all greater ones together."""

    code: str
    count: int
    share: float
    together: float


def pareto(counts: Mapping[str, int]) -> list[Share]:
    """Sort causes by how often they happened; equal ones by their code."""
    total = sum(counts.values())
    shares, so_far = [], 0
    for code, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        so_far += count
        shares.append(Share(code, count, count / total, so_far / total) if total else Share(code, 0, 0.0, 0.0))
    return shares


def weeks(now: datetime, count: int) -> Sequence[datetime]:
    """List the starts of the last weeks, this one last; weeks begin on Monday in the zone of `now`."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return [monday - timedelta(weeks=back) for back in reversed(range(count))]


def fingerprint(text: str) -> str:
    """Name a text so that the same words, however they are spaced or capitalised, have the same name."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()[:32]
