"""Reviewing how a conversation was led: the life of a review, its score, and how far two reviewers agree (DSK-11)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import lifecycles

STATES = ("open", "submitted", "agreed", "appealed", "decided", "dropped")
ORIGINS = ("sample", "by_hand", "calibration")
# What counts as a result: also one that is appealed against, until somebody corrects it.
COUNTING = ("submitted", "agreed", "appealed", "decided")
TONES = ("good", "bad", "remark")
TRANSITIONS: dict[tuple[str, str], str] = {
    ("open", "take"): "open",
    ("open", "submit"): "submitted",
    ("open", "drop"): "dropped",
    ("submitted", "agree"): "agreed",
    ("submitted", "appeal"): "appealed",
    ("appealed", "uphold"): "decided",
    ("appealed", "correct"): "decided",
}
LANGUAGES = ("zh-hans", "zh-hant", "en")
CODE = re.compile(r"[a-z][a-z0-9_]{0,29}")
MOST_CRITERIA, LONGEST_LABEL, LONGEST_HINT = 20, 80, 200
MOST_POINTS = range(1, 11)


class Criterion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is looked at. `critical`: who gets no point here fails as a whole. Units: weight in parts."""

    code: str
    labels: dict[str, str]
    hints: dict[str, str] = {}
    weight: int = 10
    critical: bool = False


class Score(Struct, frozen=True):
    """What a review comes to. Units: percent 0–100. `failed_by` are the critical criteria without a point."""

    percent: int
    failed_by: tuple[str, ...]


class UnfitSheet(ValueError):
    """A score sheet cannot be used; `place` says which part of it."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class UnfitPoints(ValueError):
    """Points do not fit their sheet; `place` is the criterion, "" where nothing was scored at all."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


def next_state(state: str, verb: str) -> str:
    """Return the state a verb leads to. Raises: NotPossible where the table has no such transition."""
    return lifecycles.reached(TRANSITIONS, state, verb)


def can(state: str, verb: str) -> bool:
    """Tell whether the transition exists."""
    return (state, verb) in TRANSITIONS


def parse_criteria(raw: Sequence[Any]) -> tuple[Criterion, ...]:
    """Read the criteria of a sheet. Raises: UnfitSheet."""
    try:
        criteria = msgspec.convert(list(raw), tuple[Criterion, ...])
    except msgspec.ValidationError as cause:
        raise UnfitSheet(str(cause)) from cause
    if not 0 < len(criteria) <= MOST_CRITERIA:
        raise UnfitSheet("criteria")
    codes: set[str] = set()
    for one in criteria:
        if not CODE.fullmatch(one.code) or one.code in codes or not _fits(one):
            raise UnfitSheet(one.code or "criteria")
        codes.add(one.code)
    return criteria


def _fits(one: Criterion) -> bool:
    named = all(0 < len(one.labels.get(language, "").strip()) <= LONGEST_LABEL for language in LANGUAGES)
    return named and 1 <= one.weight <= 100 and all(len(hint) <= LONGEST_HINT for hint in one.hints.values())


def score(criteria: Sequence[Criterion], most: int, points: Mapping[str, int | None]) -> Score:
    """Add up what was given: the weighted share of the points, nothing at all where a critical criterion got none.

    `most` is the best of the scale; None is a criterion that did not apply, and is left out. Rounds half up, once.
    Raises: UnfitPoints. Source: DSK-11; docs/decisions/0029.
    """
    for one in criteria:
        given = points.get(one.code, -1)
        if given is not None and not 0 <= given <= most:
            raise UnfitPoints(one.code)
    told = [(one, given) for one in criteria if (given := points[one.code]) is not None]
    if not told:
        raise UnfitPoints("")
    failed = tuple(one.code for one, given in told if one.critical and given == 0)
    best = sum(one.weight for one, _given in told) * most
    got = sum(one.weight * given for one, given in told)
    return Score(0 if failed else (got * 200 + best) // (2 * best), failed)


def is_passed(percent: int, failed: bool, pass_percent: int) -> bool:
    """Tell whether a result is good enough."""
    return not failed and percent >= pass_percent


def may_review(reviewer_id: int | None, agent_id: int, others: Collection[int | None] = ()) -> bool:
    """Tell whether somebody may judge: never their own work, nor twice the same."""
    return reviewer_id is not None and reviewer_id != agent_id and reviewer_id not in others


def is_appeal_in_time(submitted_at: datetime, now: datetime, days: int) -> bool:
    """Tell whether a result can still be appealed against."""
    return now <= submitted_at + timedelta(days=days)


def pairs_of(first: Mapping[str, int | None], second: Mapping[str, int | None]) -> list[tuple[int, int]]:
    """Lay what two gave for the same criteria side by side; what did not apply to one of them is left out."""
    return [(one, other) for code, one in first.items() if one is not None and (other := second.get(code)) is not None]


class Agreement(Struct, frozen=True):
    """How far two scored alike. Units: percent of criteria with the same points; `off` points apart on average."""

    compared: int
    same_percent: int
    off: float
    kappa: float | None


def agreement(pairs: Sequence[tuple[int, int]]) -> Agreement:
    """Compare the points that two reviewers gave for the same things.

    `kappa` is Cohen's weighted kappa with squared weights, so that one point apart counts little and luck not at all;
    None where both always gave one and the same. Source: Cohen 1968, Psychological Bulletin 70(4).
    """
    count = len(pairs)
    if not count:
        return Agreement(0, 0, 0.0, None)
    seen = sum((a - b) ** 2 for a, b in pairs) / count
    by_chance = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs) / count**2
    same = sum(a == b for a, b in pairs)
    off = sum(abs(a - b) for a, b in pairs) / count
    kappa = 1 - seen / by_chance if by_chance else None
    return Agreement(
        count, (same * 200 + count) // (2 * count), round(off, 2), None if kappa is None else round(kappa, 2)
    )
