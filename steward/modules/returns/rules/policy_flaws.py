"""What keeps rules of a return policy from being put in force: contradictions, gaps, and names nobody knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from steward.kernel import money
from steward.kernel.findings import Finding
from steward.modules.returns.rules.policy import Rule, When

LANGUAGES = ("zh-hans", "zh-hant", "en")
MOST_RULES = 80
# Conditions whose names have to exist elsewhere in the house.
NAMED = ("reasons", "categories", "skus", "platforms", "shops")

Known = Mapping[str, Collection[str]]


def flaws(rules: Sequence[Rule], known: Known) -> list[Finding]:
    """List every flaw, all at once; fields are named `rules.0.when.reasons`. `known`: field → the names there are."""
    twice = {code for code, times in Counter(rule.code for rule in rules).items() if times > 1}
    found = (
        [] if any(rule.active and rule.outcome == "allow" for rule in rules) else [_flaw("rules", "nothing_allowed")]
    )
    if len(rules) > MOST_RULES:
        found.append(_flaw("rules", "too_many_rules", most=str(MOST_RULES)))
    hider = ""
    for place, rule in enumerate(rules):
        at = f"rules.{place}."
        if rule.code in twice:
            found.append(_flaw(at + "code", "rule_twice", code=rule.code))
        found += [_flaw(at + field, code, code=rule.code) for field, code in _gaps(rule)]
        found += list(_unknown(rule, at, known))
        if hider and rule.active and rule.outcome != "frame":
            found.append(_flaw(at + "when", "rule_hidden", code=rule.code, hider=hider))
        if not hider and _fits_all(rule):
            hider = rule.code
    return found


def _flaw(field: str, flaw: str, **params: str) -> Finding:
    return Finding(field, flaw, "error", params)


def _fits_all(rule: Rule) -> bool:
    """Tell whether nothing could ever pass a rule by."""
    open_ended = rule.outcome == "refuse" or rule.within_days is None
    return rule.active and rule.outcome != "frame" and rule.when == When() and open_ended


def _gaps(rule: Rule) -> Iterator[tuple[str, str]]:
    """Name the fields in which a rule lacks something or contradicts itself."""
    when = rule.when
    for language in LANGUAGES:
        if not rule.labels.get(language, "").strip():  # type: ignore[call-overload]  # a plain name is one of the three
            yield f"labels.{language}", "rule_needs_label"
    if (rule.outcome == "refuse") is not bool(rule.why):
        yield "why", "rule_needs_why" if rule.outcome == "refuse" else "rule_why_without_refusal"
    if rule.outcome == "frame" and not (rule.answer_within_h or rule.return_within_h):
        yield "answer_within_h", "frame_sets_nothing"
    if (when.price_from_minor or when.price_below_minor) and not when.currency:
        yield "when.currency", "price_needs_currency"
    if when.price_below_minor and when.price_from_minor >= when.price_below_minor:
        yield "when.price_below_minor", "price_range_empty"
    if any(currency not in money.CURRENCIES for currency in (*rule.automatic, *filter(None, (when.currency,)))):
        yield "automatic", "currency_unknown"
    if when.warranty and when.delivered is False:
        yield "when.warranty", "warranty_before_delivery"


def _unknown(rule: Rule, at: str, known: Known) -> Iterator[Finding]:
    """Name what a rule speaks of that nobody in the house knows."""
    for field in NAMED:
        for name in getattr(rule.when, field):
            if name not in known.get(field, ()):
                yield _flaw(f"{at}when.{field}", f"unknown_{field}", code=rule.code, name=name)
