"""Rules of screening as data: what a rule set may hold, and what keeps one from being put in force."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, Literal

from msgspec import Meta, Struct

from steward.kernel.findings import Finding

Kind = Literal[
    "orders_in_window",
    "customers_in_window",
    "signup_age",
    "amount_outlier",
    "quantity_outlier",
    "first_order",
    "block_list",
    "allow_list",
    "forwarding",
]
SignalKind = Literal["", "customer", "phone", "address", "device", "payment_account", "ip"]
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]
SIGNALS = ("customer", "phone", "address", "device", "payment_account", "ip")
WINDOWED = ("orders_in_window", "customers_in_window")
LANGUAGES = ("zh-hans", "zh-hant", "en")
LONGEST_WINDOW_S = 366 * 86_400
PLACE = re.compile(r"\{([^{}]*)\}")
# What an explanation may mention, by the kind of rule.
PLACES: dict[str, frozenset[str]] = {
    "orders_in_window": frozenset({"count", "limit", "window", "signal"}),
    "customers_in_window": frozenset({"count", "limit", "window", "signal"}),
    "signup_age": frozenset({"time", "limit"}),
    "amount_outlier": frozenset({"value", "mean", "count", "percent"}),
    "quantity_outlier": frozenset({"value", "mean", "count", "percent"}),
    "first_order": frozenset({"value", "limit"}),
    "block_list": frozenset({"signal"}),
    "allow_list": frozenset({"signal"}),
    "forwarding": frozenset({"signal"}),
}


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. `limit` counts orders or customers, or means seconds, percent or minor units, as the kind has it.

    `history` is how many earlier orders an outlier needs. `texts` explain it by language, with {places}.
    """

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    kind: Kind
    weight: Annotated[int, Meta(ge=0, le=100)]
    texts: dict[str, Annotated[str, Meta(max_length=200)]]
    signal: SignalKind = ""
    window_s: Annotated[int, Meta(ge=0, le=LONGEST_WINDOW_S)] = 0
    limit: Annotated[int, Meta(ge=0, le=10**15)] = 0
    history: Annotated[int, Meta(ge=0, le=50)] = 0
    currency: Annotated[str, Meta(pattern="^([A-Z]{3})?$")] = ""
    active: bool = True


class RuleSet(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole set: its rules, and the score from which an order is held."""

    hold_at: Annotated[int, Meta(ge=1, le=100)]
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=60)]


def flaws(rule_set: RuleSet) -> list[Finding]:
    """List what keeps a set from being kept, all at once; fields are named `rules.0.limit`."""
    twice = {code for code, times in Counter(rule.code for rule in rule_set.rules).items() if times > 1}
    found: list[Finding] = []
    for place, rule in enumerate(rule_set.rules):
        at = f"rules.{place}."
        if rule.code in twice:
            found.append(Finding(at + "code", "rule_twice", "error", {"code": rule.code}))
        found += [Finding(at + field, code, "error", {"code": rule.code}) for field, code in _flaws(rule)]
        found += _text_flaws(rule, at)
    return found


def _flaws(rule: Rule) -> list[tuple[str, str]]:
    """Name the fields a rule of its kind lacks."""
    if rule.kind in WINDOWED:
        found = [] if rule.signal else [("signal", "rule_needs_signal")]
        found += [] if rule.window_s else [("window_s", "rule_needs_window")]
        return found + ([] if rule.limit >= 2 else [("limit", "rule_limit_too_low")])
    if rule.kind in ("amount_outlier", "quantity_outlier"):
        found = [] if rule.limit > 100 else [("limit", "rule_percent_too_low")]
        return found + ([] if rule.history >= 1 else [("history", "rule_needs_history")])
    if rule.kind == "first_order" and not rule.currency:
        return [("currency", "rule_needs_currency")]
    return []


def _text_flaws(rule: Rule, at: str) -> list[Finding]:
    found = [
        Finding(f"{at}texts.{language}", "rule_needs_text", "error", {"code": rule.code})
        for language in LANGUAGES
        if not rule.texts.get(language, "").strip()
    ]
    for language, text in rule.texts.items():
        if language not in LANGUAGES:
            found.append(Finding(f"{at}texts.{language}", "rule_language_unknown", "error", {"code": rule.code}))
        for name in sorted(set(PLACE.findall(text)) - PLACES[rule.kind]):
            known = ", ".join(f"{{{one}}}" for one in sorted(PLACES[rule.kind]))
            facts = {"code": rule.code, "place": name, "known": known}
            found.append(Finding(f"{at}texts.{language}", "rule_place_unknown", "error", facts))
    return found


def explained(text: str, said: dict[str, str]) -> str:
    """Fill the places of an explanation; what nothing is known of stays as it is written."""
    return PLACE.sub(lambda place: said.get(place.group(1), place.group(0)), text)


def longest_windows(rule_set: RuleSet) -> dict[str, int]:
    """Return how far back each signal has to be looked at. Units: seconds."""
    longest: dict[str, int] = {}
    for rule in windowed(rule_set):
        longest[rule.signal] = max(longest.get(rule.signal, 0), rule.window_s)
    return longest


def windowed(rule_set: RuleSet) -> list[Rule]:
    """List the rules in force that count over a window."""
    return [rule for rule in rule_set.rules if rule.active and rule.kind in WINDOWED]
