"""What can be said of a step of the process, and why an audit may be late. Source: ORD-6, ORD-7."""

from __future__ import annotations

from collections.abc import Mapping

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


def instruction_faults(instruction: Mapping[str, str]) -> list[str]:
    """Name the languages in which what to do is missing or too long."""
    return [
        language for language in LANGUAGES if not 0 < len(instruction.get(language, "").strip()) <= LONGEST_INSTRUCTION
    ]
