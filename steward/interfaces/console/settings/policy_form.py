"""Read a policy from its form and write it into one: rows of conditions, warnings and steps, as a person types them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict

from steward.interfaces.console import spans
from steward.modules.deadlines import rules
from steward.modules.deadlines.commands import PolicyDraft
from steward.modules.deadlines.queries import words

UNITS_S = {"s": 1, "min": spans.MINUTE, "h": spans.HOUR, "d": spans.DAY}
BLANK_ROWS = 2
WORDS_FOR_TRUE, WORDS_FOR_FALSE = ("true", "yes", "是"), ("false", "no", "否")
LONGEST_NUMBER = 9


def in_largest_unit(seconds: int) -> tuple[int, str]:
    """Write a span as a whole number of its largest unit: 5400 s are 90 min."""
    unit = next(name for name in ("h", "min", "s") if seconds % UNITS_S[name] == 0)
    return seconds // UNITS_S[unit], unit


def seconds(amount: str, unit: str) -> int:
    """Read a span; what is none is 0, which no limit can be."""
    whole = amount.strip()
    fits = whole.isascii() and whole.isdigit() and len(whole) <= LONGEST_NUMBER
    return int(whole) * UNITS_S.get(unit, 0) if fits else 0


def draft_from(data: QueryDict) -> PolicyDraft:
    """Read the whole form; rows without a first field are not there."""
    rank = data.get("rank", "")
    return PolicyDraft(
        name=data.get("name", "").strip(),
        rank=int(rank) if rank.isascii() and rank.isdigit() and len(rank) <= LONGEST_NUMBER else -1,
        condition=_clauses(data, "condition"),
        target_s=seconds(data.get("amount", ""), data.get("unit", "")),
        responsible_role=data.get("role", ""),
        calendar=data.get("calendar", ""),
        team_calendar=data.get("team_calendar") == "on",
        pausable=data.get("pausable") == "on",
        reply_rule=_clauses(data, "reply"),
        warnings=[_warning(amount, unit) for amount, unit in _rows(data, "warn_amount", "warn_unit")],
        ladder=[
            {"after_s": seconds(amount, unit) * (-1 if side == "before" else 1), "verb": verb, "whom": whom.strip()}
            for amount, unit, side, verb, whom in _rows(
                data, "step_amount", "step_unit", "step_side", "step_verb", "step_whom"
            )
        ],
    )


def _warning(amount: str, unit: str) -> dict[str, Any]:
    if unit == "percent":
        return {"share": round(seconds(amount, "s") / 100, 4)}
    return {"before_s": seconds(amount, unit)}


def _rows(data: QueryDict, *names: str) -> list[tuple[str, ...]]:
    columns = [data.getlist(name) for name in names]
    return [row for row in zip(*columns, strict=False) if row[0].strip()]


def _clauses(data: QueryDict, name: str) -> list[dict[str, Any]]:
    rows = _rows(data, f"{name}_fact", f"{name}_op", f"{name}_value")
    return [{"fact": fact.strip(), "op": op, "value": _value(op, text.strip())} for fact, op, text in rows]


def _value(op: str, text: str) -> Any:
    if op == "in":
        return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    if text.lower() in WORDS_FOR_TRUE or text.lower() in WORDS_FOR_FALSE:
        return text.lower() in WORDS_FOR_TRUE
    if len(text) <= LONGEST_NUMBER and text.isascii() and text.lstrip("-").isdigit() and text.count("-") <= 1:
        return int(text)
    return text


def typed(draft: PolicyDraft) -> Mapping[str, Any]:
    """Write a policy into the fields of the form, with blank rows for more."""
    amount, unit = in_largest_unit(max(draft.target_s, 1))
    return {
        "draft": draft,
        "amount": amount,
        "unit": unit,
        "condition": _clause_rows(draft.condition),
        "reply": _clause_rows(draft.reply_rule),
        "warnings": [_warning_row(one) for one in draft.warnings] + [("", "percent")] * BLANK_ROWS,
        "ladder": [_step_row(one) for one in draft.ladder] + [("", "min", "after", "notify", "")] * BLANK_ROWS,
    }


def _clause_rows(clauses: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    rows = [(str(one["fact"]), str(one["op"]), _text(one["value"])) for one in clauses]
    return rows + [("", "is", "")] * BLANK_ROWS


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _warning_row(warning: Mapping[str, Any]) -> tuple[str, str]:
    if warning.get("share") is not None:
        return str(round(warning["share"] * 100)), "percent"
    amount, unit = in_largest_unit(warning["before_s"])
    return str(amount), unit


def _step_row(rung: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    amount, unit = in_largest_unit(abs(rung["after_s"])) if rung["after_s"] else (0, "min")
    return str(amount), unit, "before" if rung["after_s"] < 0 else "after", rung["verb"], rung.get("whom", "")


def sentence(clauses: Sequence[rules.Clause], ops: Mapping[str, Any]) -> str:
    """Say a condition on one line."""
    return " · ".join(
        f"{words.FACTS.get(one.fact, one.fact)} {ops[one.op]} {words.VALUES.get(text, text)}"
        for one in clauses
        for text in [_text(one.value)]
    )
