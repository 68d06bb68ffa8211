"""What can be said of a step of the process, and why an audit may be late. Source: ORD-6, ORD-7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LATE_CAUSES = (
    "waited_for_customer",
    "waited_for_stock",
    "waited_for_payment",
    "too_much_work",
    "nobody_there",
    "hard_to_judge",
    "overlooked",
    "system_down",
    "by_itself",
    "other",
)
# `by_itself` is written where the checks passed late without a person; nobody chooses it.
CHOSEN = tuple(cause for cause in LATE_CAUSES if cause != "by_itself")
LANGUAGES = ("zh-hans", "zh-hant", "en")
LONGEST_INSTRUCTION = 400
LONGEST_NAME = 40
# The steps that carry logic, in the only order they can have: each needs what the one before it brings about.
BUILT_IN = ("received", "checked", "paid", "audit", "approved", "allocated", "shipped", "delivered")
# Steps of the house's own stand before the audit, which is the last look; what comes after it is not held up.
# Before which built-in step everything has to be done for an order to take a transition.
GATES: Mapping[str, str] = {"pass_checks": "checked", "submit": "audit", "approve": "approved"}
CLOCK_PREFIX = "step-"


def instruction_faults(instruction: Mapping[str, str]) -> list[str]:
    """Name the languages in which what to do is missing or too long."""
    return [
        language for language in LANGUAGES if not 0 < len(instruction.get(language, "").strip()) <= LONGEST_INSTRUCTION
    ]


def name_faults(name: Mapping[str, str]) -> list[str]:
    """Name the languages in which a step's name is missing or too long."""
    return [language for language in LANGUAGES if not 0 < len(name.get(language, "").strip()) <= LONGEST_NAME]


def can_stand_after(code: str, order: Sequence[str]) -> bool:
    """Tell whether a step of the house's own can stand behind this one, given all codes in their order."""
    return code in order and order.index(code) <= _last(order)


def _last(order: Sequence[str]) -> int:
    """Return the last place behind which an own step can stand: right before the audit."""
    return order.index("audit") - 1 if "audit" in order else len(order) - 1


def pending_before(verb: str, order: Sequence[str], manual: Sequence[str], done: Sequence[str]) -> list[str]:
    """List the own steps that have to be done before an order can take a transition; other verbs wait for none."""
    gate = GATES.get(verb)
    if gate is None or gate not in order:
        return []
    place = order.index(gate)
    return [code for code in order[:place] if code in manual and code not in done]
