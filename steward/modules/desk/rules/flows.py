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
MOST_OUTCOMES = 8
STEP_STATES = ("waiting", "open", "done", "skipped", "passed", "dropped")
ENDED = ("done", "skipped", "passed")
# What conditions of flows and steps may ask beside what came of the steps before: `step.<code>`.
TICKET_FACTS = ("urgency", "special", "priority", "category", "sub_reason", "channel")
ORDER_FACTS = ("order.state", "order.payment_state", "order.fulfilment_state", "order.shop", "order.total_minor")
STEP_FACT = "step."
# What a step may give the customer, by the ticket's clock that ends with it.
GIFTS = ("preliminary_solution", "substantive_reply")
# What the desk itself does answers a step only once it is its turn; what happens outside is true whenever it happens.
OWN_EVENTS = "desk."


class BadFlow(ValueError):
    """Report a flow that is none; `place` says where."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that happened, by the event's kind, what must hold of its facts, and what came of the step then."""

    event: str
    only: tuple[Clause, ...] = ()
    outcome: str = ""


class Outcome(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the things that may come of a step, in three languages."""

    code: str
    labels: dict[str, str]


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One step: words in three languages, the responsible role, the steps before it, the events that finish it.

    Without `done_when` a person ticks it. `optional` ones may be left out by anybody who works at the desk. Where there
    are `outcomes` one of them is named when it is done. It is needed `only` if that holds of the ticket, its order and
    what came of the steps before it; else it is passed over. What it `gives` are clocks of the ticket that end with it.
    """

    code: str
    labels: dict[str, str]
    role: str
    hint: dict[str, str] = {}
    after: tuple[str, ...] = ()
    done_when: tuple[When, ...] = ()
    optional: bool = False
    outcomes: tuple[Outcome, ...] = ()
    only: tuple[Clause, ...] = ()
    gives: tuple[str, ...] = ()


class Happened(Struct, frozen=True):
    """One thing that happened: the event's kind and its facts."""

    kind: str
    facts: Mapping[str, Any]


def parse_steps(data: Any, *, kinds: Iterable[str], roles: Iterable[str]) -> tuple[Step, ...]:
    """Read the steps of a flow from their data.

    Raises: BadFlow naming the step and the part: shape, count, code, labels, hint, role, after, event, condition, only,
    gives, outcome, circle.
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
    before = _before(steps)
    for place, step in enumerate(steps):
        if not all(_is_known(clause, steps, before[step.code]) for clause in step.only):
            raise BadFlow(f"{place + 1}: only")
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
        if not _is_condition(when.only):
            return "condition"
    if not _is_condition(step.only):
        return "only"
    if not set(step.gives) <= set(GIFTS):
        return "gives"
    return "" if _fits_outcomes(step) else "outcome"


def _is_condition(clauses: Sequence[Clause]) -> bool:
    try:
        return parse(msgspec.to_builtins(clauses)) == tuple(clauses)
    except BadCondition:
        return False


def _fits_outcomes(step: Step) -> bool:
    """Tell whether a step's outcomes can be told apart, and whatever ticks it says which it was."""
    codes = [one.code for one in step.outcomes]
    named = {"", *codes} if not codes else set(codes)
    return (
        len(codes) <= MOST_OUTCOMES
        and len(set(codes)) == len(codes)
        and all(CODE.fullmatch(code) and code not in ENDED for code in codes)
        and all(
            0 < len(one.labels.get(language, "").strip()) <= LONGEST_LABEL
            for one in step.outcomes
            for language in LANGUAGES
        )
        and all(when.outcome in named for when in step.done_when)
    )


def _before(steps: Sequence[Step]) -> dict[str, set[str]]:
    """Name for each step all that comes before it, near and far."""
    direct = {step.code: set(step.after) for step in steps}
    found: dict[str, set[str]] = {}

    def far(code: str) -> set[str]:
        if code not in found:
            found[code] = direct[code].union(*(far(one) for one in direct[code]))
        return found[code]

    for step in steps:
        far(step.code)
    return found


def _is_known(clause: Clause, steps: Sequence[Step], before: set[str]) -> bool:
    """Tell whether a condition asks what is known when the step's turn comes."""
    if not clause.fact.startswith(STEP_FACT):
        return clause.fact in (*TICKET_FACTS, *ORDER_FACTS)
    code = clause.fact.removeprefix(STEP_FACT)
    may_be = {one.code for step in steps if step.code == code for one in step.outcomes} | set(ENDED)
    asked = clause.value if isinstance(clause.value, list) else [clause.value]
    return code in before and all(value in may_be for value in asked)


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


def turns(steps: Sequence[Step], states: Mapping[str, str], facts: Mapping[str, Any]) -> dict[str, str]:
    """Say which steps' turn has come: they wait, and all that comes before them is done, left out or passed over.

    Each becomes open, or passed: its condition does not hold, or it does not ask what came of the steps before it and
    all of them were passed over. What is passed over may bring on the turn of others: ask again.
    """
    found = {}
    for step in steps:
        if states.get(step.code) != "waiting" or not all(states.get(code) in ENDED for code in step.after):
            continue
        asks = any(clause.fact.startswith(STEP_FACT) for clause in step.only)
        dead = not asks and bool(step.after) and all(states[code] == "passed" for code in step.after)
        found[step.code] = "passed" if dead or not holds(step.only, facts) else "open"
    return found


def came_of(states: Mapping[str, str], outcomes: Mapping[str, str]) -> dict[str, str]:
    """Write what came of steps as conditions ask for it: the outcome, else how the step ended."""
    return {f"{STEP_FACT}{code}": outcomes.get(code) or state for code, state in states.items() if state in ENDED}


def asks_of_order(conditions: Iterable[Sequence[Clause]]) -> bool:
    """Tell whether any of these conditions asks about the order."""
    return any(clause.fact in ORDER_FACTS for condition in conditions for clause in condition)


def ticked(step: Step, state: str, happened: Happened) -> When | None:
    """Find what of a step that something finishes in that state: which event it waits for, or None."""
    if state not in ("waiting", "open") or (state == "waiting" and happened.kind.startswith(OWN_EVENTS)):
        return None
    fits = (when for when in step.done_when if when.event == happened.kind and holds(when.only, happened.facts))
    return next(fits, None)
