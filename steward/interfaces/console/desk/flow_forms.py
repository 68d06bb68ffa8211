"""How the editor of flows shows what may come of a step, which of it an event means, and what a step waits for."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from msgspec import Struct

from steward.modules.desk.queries import flow_words
from steward.modules.desk.queries.flows import said
from steward.modules.desk.rules.flows import ENDED, LANGUAGES, MOST_OUTCOMES, STEP_FACT

MOST_TYPED = 2_000


class Shown(Struct, frozen=True):
    """What the form has of a step: outcomes as lines, events with what each means, and what it is needed after.

    `choices` are those a person may tick: (value, step, outcome in words, ticked); `kept` counts tests on other facts.
    """

    lines: str
    outcomes: list[tuple[str, str]]
    events: dict[str, str]
    choices: list[tuple[str, str, str, bool]]
    kept: int


def shown(step: dict[str, Any], steps: list[dict[str, Any]]) -> Shown:
    """Lay a step out as the form has it; it offers to wait for what came of the steps listed before it."""
    asked = {clause["fact"]: clause for clause in step["only"] if _is_ours(clause)}
    choices = []
    place = steps.index(step)
    for at, other in enumerate(steps):
        chosen = asked.get(f"{STEP_FACT}{other['code']}", {}).get("value", [])
        if not other["outcomes"] or other["code"] == step["code"] or (at > place and not chosen):
            continue
        named = [(one["code"], said(one["labels"])) for one in other["outcomes"]]
        for code, label in [*named, *((code, str(flow_words.STEP_STATES[code])) for code in ENDED[1:])]:
            choices.append((f"{other['code']}:{code}", other["code"], label or code, code in chosen))
    return Shown(
        lines="\n".join(_line(one) for one in step["outcomes"]),
        outcomes=[(one["code"], said(one["labels"]) or one["code"]) for one in step["outcomes"]],
        events={flow_words.code_of(when): when.get("outcome", "") for when in step["done_when"]},
        choices=choices,
        kept=sum(not _is_ours(clause) for clause in step["only"]),
    )


def outcomes_read(text: str) -> list[dict[str, Any]]:
    """Read outcomes, a line each: `code = 简体 | 繁體 | English`; one name alone stands for all three."""
    found = []
    for line in text[:MOST_TYPED].splitlines()[: MOST_OUTCOMES + 1]:
        code, _equals, names = line.partition("=")
        if not code.strip():
            continue
        words = [name.strip()[:200] for name in names.split("|")]
        labels = {language: words[min(place, len(words) - 1)] for place, language in enumerate(LANGUAGES)}
        found.append({"code": code.strip()[:40], "labels": labels})
    return found


def events_read(form: QueryDict, name: str, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read what ticks a step, and what each means for it; what the form cannot show stays as it was."""
    chosen = [code for code in form.getlist(f"{name}events") if code in flow_words.EVENTS]
    read = [flow_words.when_of(code) | _means(form.get(f"{name}means-{code}", "")) for code in chosen]
    return [*read, *(when for when in before if not flow_words.code_of(when))]


def only_read(chosen: list[str], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Read after which outcomes a step is needed; tests on other facts stay as they were."""
    by_step: dict[str, list[str]] = {}
    for value in chosen[:MOST_TYPED]:
        step, _colon, outcome = value.partition(":")
        by_step.setdefault(step[:40], []).append(outcome[:40])
    ours = [{"fact": f"{STEP_FACT}{step}", "op": "in", "value": outcomes} for step, outcomes in by_step.items()]
    return [*ours, *(clause for clause in before if not _is_ours(clause))]


def _is_ours(clause: dict[str, Any]) -> bool:
    """Tell whether the form can show a test."""
    return str(clause["fact"]).startswith(STEP_FACT) and clause["op"] == "in"


def _means(outcome: str) -> dict[str, str]:
    return {"outcome": outcome[:40]} if outcome else {}


def _line(outcome: dict[str, Any]) -> str:
    return f"{outcome['code']} = " + " | ".join(outcome["labels"].get(language, "") for language in LANGUAGES)
