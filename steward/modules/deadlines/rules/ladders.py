"""What happens around a due time: warnings before it, the ladder of escalations around and after it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

import msgspec

from steward.kernel.calendar import SECOND_US

Verb = Literal["notify", "reassign", "manager", "on_call"]
VERBS: tuple[str, ...] = get_args(Verb)
MOST_STEPS = 12
LONGEST_STEP_S = 90 * 86_400


class BadLadder(ValueError):
    """Report warnings or steps that are none."""


class Warn(msgspec.Struct, frozen=True, omit_defaults=True):
    """Warn when a share of the target is used up, or so many seconds of working time before the due time."""

    share: float | None = None
    before_s: int | None = None


class Rung(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of escalation. Units: seconds of working time after the due time, below 0 before it.

    `whom` is a role (notify, reassign; for manager who stands in where an owner has none) or a team (on_call).
    """

    after_s: int
    verb: Verb
    whom: str = ""


class Plan(msgspec.Struct, frozen=True):
    """Warnings and rungs in the order they happen, as offsets from the due time. Units: microseconds."""

    warnings_us: tuple[int, ...] = ()
    rungs_us: tuple[int, ...] = ()
    rungs: tuple[Rung, ...] = ()


def parse_warnings(data: Any, target_s: int) -> tuple[Warn, ...]:
    """Read warnings from their data. Raises: BadLadder for one that is not between start and due time."""
    warnings: tuple[Warn, ...] = _converted(data, tuple[Warn, ...])
    for warning in warnings:
        one = (warning.share is None) != (warning.before_s is None)
        if not one or not -target_s * SECOND_US <= offset_us(warning, target_s) < 0:
            raise BadLadder("warnings")
    return warnings


def parse_ladder(data: Any) -> tuple[Rung, ...]:
    """Read the ladder from its data. Raises: BadLadder."""
    ladder: tuple[Rung, ...] = _converted(data, tuple[Rung, ...])
    if any(abs(rung.after_s) > LONGEST_STEP_S or len(rung.whom) > 60 or "\x00" in rung.whom for rung in ladder):
        raise BadLadder("ladder")
    return ladder


def _converted(data: Any, kind: Any) -> Any:
    try:
        found = msgspec.convert(data, kind)
    except msgspec.ValidationError as cause:
        raise BadLadder(str(cause)) from cause
    if len(found) > MOST_STEPS:
        raise BadLadder("too many")
    return found


def offset_us(warning: Warn, target_s: int) -> int:
    """Place a warning before the due time. Units: microseconds, below 0."""
    if warning.before_s is not None:
        return -warning.before_s * SECOND_US
    return -int((1 - (warning.share or 0)) * target_s * SECOND_US)


def plan_of(warnings: Sequence[Warn], ladder: Sequence[Rung], target_s: int) -> Plan:
    """Put warnings and rungs in the order they happen for a target."""
    rungs = tuple(sorted(ladder, key=lambda rung: rung.after_s))
    return Plan(
        warnings_us=tuple(sorted(offset_us(warning, target_s) for warning in warnings)),
        rungs_us=tuple(rung.after_s * SECOND_US for rung in rungs),
        rungs=rungs,
    )
