"""Process flows as data (处理流程): steps, who answers for each, what must happen for it to be done (DSK-5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from steward.modules.deadlines.rules import BadCondition, Clause, holds, parse

CODE = re.compile(r"[a-z][a-z0-9_]{0,18}")
LANGUAGES = ("zh-hans", "zh-hant", "en")
MOST_STEPS, LONGEST_LABEL, LONGEST_HINT = 30, 80, 400
STEP_STATES = ("waiting", "open", "done", "skipped", "dropped")
ENDED = ("done", "skipped")
# What the desk itself does answers a step only once it is its turn; what happens outside is true whenever it happens.
OWN_EVENTS = "desk."


class BadFlow(ValueError):
    """Report a flow that is none; `place` says where."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened, by the event's kind, and what must hold of its facts."""

    event: str
    only: tuple[Clause, ...] = ()


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step: words in three languages, the responsible role, the steps before it, the events that finish it.

    Without `done_when` a person ticks it. `optional` ones may be left out by anybody who works at the desk.
    """

    code: str
    labels: dict[str, str]
    role: str
    hint: dict[str, str] = {}
    after: tuple[str, ...] = ()
    done_when: tuple[When, ...] = ()
    optional: bool = False


class Happened(Struct, frozen=True):
    """One thing that happened: the event's kind and its facts."""

    kind: str
    facts: Mapping[str, Any]


def parse_steps(data: Any, *, kinds: Iterable[str], roles: Iterable[str]) -> tuple[Step, ...]:
    """Read the steps of a flow from their data.

    Raises: BadFlow naming the step and the part: shape, count, code, labels, role, after, event, condition, circle.
    """
    try:
        steps = msgspec.convert(data, tuple[Step, ...])
    except msgspec.ValidationError as cause:
        raise BadFlow(f"shape: {cause}") from cause
    if not 0 < len(steps) <= MOST_STEPS:
        raise BadFlow("count")
    codes = [step.code for step in steps]
    known, allowed = set(kinds), set(roles)
    for place, step in enumerate(steps):
        if part := _fault(step, codes, known, allowed):
            raise BadFlow(f"{place + 1}: {part}")
    _refuse_circle(steps)
    return steps


def _fault(step: Step, codes: Sequence[str], kinds: set[str], roles: set[str]) -> str:
    if not CODE.fullmatch(step.code) or codes.count(step.code) > 1:
        return "code"
    if any(not 0 < len(step.labels.get(language, "").strip()) <= LONGEST_LABEL for language in LANGUAGES):
        return "labels"
    if any(len(text) > LONGEST_HINT for text in step.hint.values()):
        return "hint"
    if step.role not in roles:
        return "role"
    if any(code not in codes or code == step.code for code in step.after):
        return "after"
    for when in step.done_when:
        if when.event not in kinds:
            return "event"
        try:
            parse(msgspec.to_builtins(when.only))
        except BadCondition:
            return "condition"
    return ""


def _refuse_circle(steps: Sequence[Step]) -> None:
    """Refuse steps that wait for each other: none would ever open."""
    done: set[str] = set()
    left = {step.code: set(step.after) for step in steps}
    while left:
        free = [code for code, after in left.items() if after <= done]
        if not free:
            raise BadFlow("circle")
        done.update(free)
        for code in free:
            del left[code]


def opening(steps: Sequence[Step], states: Mapping[str, str]) -> list[str]:
    """List the steps whose turn has come: they wait, and all that comes before them is done or left out."""
    return [
        step.code
        for step in steps
        if states.get(step.code) == "waiting" and all(states.get(code) in ENDED for code in step.after)
    ]


def ticked(step: Step, state: str, happened: Happened) -> bool:
    """Tell whether something that happened finishes a step in that state."""
    if state not in ("waiting", "open") or (state == "waiting" and happened.kind.startswith(OWN_EVENTS)):
        return False
    return any(when.event == happened.kind and holds(when.only, happened.facts) for when in step.done_when)
