"""When surge mode begins and ends, and what a plan may do; pure decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from steward.modules.incidents.rules import queueing
from steward.modules.incidents.rules.queueing import Load

QUEUES = ("audit", "mend", "exceptions")
ACTION_KINDS = ("raise_limits", "call_in", "postpone_low")
STATES = ("active", "ended")
MOST_PERCENT = 1_000

Why = Literal["waiting", "arriving", "drain"]


class RaiseLimits(Struct, frozen=True, tag_field="kind", tag="raise_limits", forbid_unknown_fields=True):
    """Let orders up to a higher total pass their audit by themselves. Units: percent of the limit of before."""

    percent: int


class CallIn(Struct, frozen=True, tag_field="kind", tag="call_in", forbid_unknown_fields=True):
    """Ask the people of a team who are not on duty to come."""

    team: str


class PostponeLow(Struct, frozen=True, tag_field="kind", tag="postpone_low", forbid_unknown_fields=True):
    """Let the audit clocks of orders with low priority stand still."""


Action = RaiseLimits | CallIn | PostponeLow


class Trigger(Struct, frozen=True, forbid_unknown_fields=True):
    """When a plan begins by itself and when it ends; a measure that is None is not looked at.

    It begins when one measure is reached, and ends once fewer than `calm_below` have waited for `calm_min` minutes.
    """

    waiting: int | None = None
    arriving_per_hour: int | None = None
    drain_min: int | None = None
    calm_below: int = 0
    calm_min: int = 15


class BadPlan(ValueError):
    """A plan that cannot be: names the part."""


def parse_actions(raw: object) -> tuple[Action, ...]:
    """Read what a plan does. Raises: BadPlan."""
    try:
        actions = msgspec.convert(raw, type=tuple[Action, ...])
    except msgspec.ValidationError as error:
        raise BadPlan("actions") from error
    if not actions or len({type(one) for one in actions}) != len(actions):
        raise BadPlan("actions")
    for one in actions:
        if isinstance(one, RaiseLimits) and not 100 < one.percent <= MOST_PERCENT:
            raise BadPlan("percent")
    return actions


def parse_trigger(raw: object) -> Trigger:
    """Read when a plan begins and ends. Raises: BadPlan."""
    try:
        trigger = msgspec.convert(raw, type=Trigger)
    except msgspec.ValidationError as error:
        raise BadPlan("trigger") from error
    measures = (trigger.waiting, trigger.arriving_per_hour, trigger.drain_min)
    if any(measure is not None and measure <= 0 for measure in measures) or trigger.calm_min < 0:
        raise BadPlan("trigger")
    if trigger.calm_below <= 0 or (trigger.waiting is not None and trigger.calm_below > trigger.waiting):
        raise BadPlan("calm_below")
    return trigger


def reached(trigger: Trigger, load: Load) -> Why | None:
    """Name the measure that says surge, or None. A queue below its calm mark never surges, however fast it fills."""
    if load.waiting < trigger.calm_below:
        return None
    if trigger.waiting is not None and load.waiting >= trigger.waiting:
        return "waiting"
    if trigger.arriving_per_hour is not None and load.arriving_per_hour >= trigger.arriving_per_hour:
        return "arriving"
    if trigger.drain_min is not None and queueing.drain_s(load) >= trigger.drain_min * 60:
        return "drain"
    return None


def calm_since(trigger: Trigger, load: Load, before: datetime | None, now: datetime) -> datetime | None:
    """Tell since when the queue has been calm; None while it is not. Work that was postponed is still to be done."""
    return (before or now) if load.waiting + load.postponed < trigger.calm_below else None


def is_over(trigger: Trigger, since: datetime | None, now: datetime) -> bool:
    """Tell whether the queue has been calm for long enough."""
    return since is not None and now - since >= timedelta(minutes=trigger.calm_min)


def raised(limits_minor: dict[str, int], percent: int) -> dict[str, int]:
    """Raise limits per currency; one of 0 means "any total" and stays. Units: minor currency units."""
    return {currency: limit * percent // 100 for currency, limit in limits_minor.items()}


def highest(limits_minor: Sequence[dict[str, int]]) -> dict[str, int]:
    """Take the highest limit per currency; 0 means "any total" and is above all. Units: minor currency units."""
    found: dict[str, int] = {}
    for each in limits_minor:
        for currency, limit in each.items():
            known = found.get(currency, limit)
            found[currency] = max(known, limit) if known and limit else 0
    return found
