"""Conditions as data: which policy counts for a subject, and what counts as a reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

Op = Literal["is", "is_not", "in", "at_least", "below"]
OPS: tuple[str, ...] = get_args(Op)
MOST_TESTS = 8


class BadCondition(ValueError):
    """Report a condition that is none."""


class Clause(msgspec.Struct, frozen=True):
    """One thing that must hold of a subject's facts; `in` takes a list, `at_least` and `below` numbers."""

    fact: str
    op: Op
    value: Any

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Tell whether it holds; of a fact nobody gave nothing holds but `is_not`."""
        fact = facts.get(self.fact)
        match self.op:
            case "is":
                return fact is not None and bool(fact == self.value)
            case "is_not":
                return bool(fact != self.value)
            case "in":
                return fact in self.value
            case "at_least":
                return _is_number(fact) and bool(fact >= self.value)
            case "below":
                return _is_number(fact) and bool(fact < self.value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def holds(condition: Sequence[Clause], facts: Mapping[str, Any]) -> bool:
    """Tell whether every test of a condition holds; an empty one always does."""
    return all(test.holds(facts) for test in condition)


def _is_storable(fact: str, value: Any) -> bool:
    """Tell whether a test names a fact, and holds no zero character, which the database cannot."""
    texts = [fact, *(value if isinstance(value, list) else [value])]
    return bool(fact) and not any(isinstance(text, str) and "\x00" in text for text in texts)


def parse(data: Any) -> tuple[Clause, ...]:
    """Read a condition from its data. Raises: BadCondition."""
    try:
        tests = msgspec.convert(data, tuple[Clause, ...])
    except msgspec.ValidationError as cause:
        raise BadCondition(str(cause)) from cause
    if len(tests) > MOST_TESTS:
        raise BadCondition("too many")
    for test in tests:
        fits_list = isinstance(test.value, list) and all(isinstance(one, str | int) for one in test.value)
        fits = {"in": fits_list, "at_least": _is_number(test.value), "below": _is_number(test.value)}
        if not _is_storable(test.fact, test.value) or not fits.get(
            test.op, isinstance(test.value, str | int | float | bool)
        ):
            raise BadCondition(test.fact)
    return tests
