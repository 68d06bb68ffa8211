"""Standard answers: which variables they may name, how these are filled in, and which languages they have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

LANGUAGES = ("zh-hans", "zh-hant", "en")
VARIABLES = ("ticket_number", "order_number", "carrier", "tracking_number", "expected_date", "agent_name", "house")
THENS = ("", "wait_for_customer", "wait_for_third", "solve")
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


def variables_in(*texts: str) -> list[str]:
    """List the variables that texts name, each once."""
    return list(dict.fromkeys(name for text in texts for name in _VARIABLE.findall(text)))


def filled(body: str, values: Mapping[str, str]) -> str:
    """Fill variables in; one without a value stays, so that whoever sends it sees what is missing."""
    return _VARIABLE.sub(lambda match: values.get(match[1]) or match[0], body)


def spoken(texts: Mapping[str, str], language: str) -> str:
    """Choose a text for a customer who writes in a language (zh, zh-hant, en): theirs, its kin, English, any."""
    code = language.lower()
    mine = "zh-hant" if code in ("zh-hant", "zh-tw", "zh-hk") else "zh-hans" if code.startswith("zh") else code
    kin = ("zh-hans", "zh-hant") if mine.startswith("zh") else ("en",)
    order = (mine, *kin, "en", *LANGUAGES)
    return next((texts[one] for one in order if texts.get(one)), "")


def faults(
    code: str, titles: Mapping[str, str], bodies: Mapping[str, str], then: str, known_codes: Iterable[str] = ()
) -> list[dict[str, str]]:
    """Say what keeps a standard answer from being saved: field, code and what it is about."""
    found = []
    if not CODE.fullmatch(code) or code in known_codes:
        found.append({"field": "code", "code": "unfit", "message": code})
    if not any(text.strip() for text in titles.values()):
        found.append({"field": "titles", "code": "required", "message": ""})
    if not any(text.strip() for text in bodies.values()):
        found.append({"field": "bodies", "code": "required", "message": ""})
    found += [
        {"field": "bodies", "code": "unknown_variable", "message": name}
        for name in variables_in(*bodies.values())
        if name not in VARIABLES
    ]
    if then not in THENS:
        found.append({"field": "then", "code": "unfit", "message": then})
    return found
