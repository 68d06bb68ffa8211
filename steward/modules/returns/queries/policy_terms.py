"""Write rules of a return policy out: what each wants, what it gives, and how two versions of it differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import money
from steward.modules.orders.queries.screening_words import span
from steward.modules.returns.queries import policy_words as words
from steward.modules.returns.rules.policy_shapes import Rule, Verdict

Lines = list[tuple[str, str]]
HOUR_S = 3_600


class RuleView(Struct, frozen=True):
    """A rule in words. `conditions` and `terms` are (name, what)."""

    code: str
    label: str
    outcome: str
    outcome_label: str
    window: str
    conditions: Lines
    terms: Lines
    active: bool


class Difference(Struct, frozen=True):
    """How a rule of one version differs from another's; `lines` are (name, before, after)."""

    rule: RuleView
    became: str
    became_label: str
    lines: list[tuple[str, str, str]]


def rule_view(rule: Rule, reason_names: Mapping[str, str]) -> RuleView:
    """Write a rule out in the reader's language."""
    return RuleView(
        rule.code,
        rule_label(rule),
        rule.outcome,
        str(words.OUTCOMES[rule.outcome]),
        window_text(rule),
        condition_lines(rule, reason_names),
        term_lines(rule),
        rule.active,
    )


def rule_label(rule: Rule) -> str:
    """Name a rule in the reader's language, else in Simplified Chinese, else by its code."""
    labels: Mapping[str, str] = {str(language): text for language, text in rule.labels.items()}
    return labels.get(get_language() or "") or labels.get("zh-hans") or rule.code


def window_text(rule: Rule) -> str:
    """Write a rule's window; "" where it never closes."""
    if rule.within_days is None:
        return ""
    days = ngettext("%(count)s day", "%(count)s days", rule.within_days) % {"count": rule.within_days}
    return _("%(days)s from %(begins)s") % {"days": days, "begins": words.SINCE[rule.since]}


def condition_lines(rule: Rule, reason_names: Mapping[str, str]) -> Lines:
    """Write a rule's conditions, each with what it wants."""
    when = rule.when
    lines = [
        ("kinds", _listed(when.kinds, words.KINDS)),
        ("reasons", _listed(when.reasons, reason_names)),
        ("faults", _listed(when.faults, words.FAULTS)),
        ("return_classes", _listed(when.return_classes, words.RETURN_CLASSES)),
        ("categories", _listed(when.categories, {})),
        ("skus", _listed(when.skus, {})),
        ("platforms", _listed(when.platforms, words.PLATFORMS)),
        ("shops", _listed(when.shops, {})),
        ("price_from_minor", _amount(when.price_from_minor, when.currency)),
        ("price_below_minor", _amount(when.price_below_minor, when.currency)),
        ("delivered", _yes_no(when.delivered)),
        ("opened", _yes_no(when.opened)),
        ("trusted", _yes_no(when.trusted)),
        ("first", _yes_no(when.first)),
        ("warranty", str(words.WARRANTY.get(when.warranty, ""))),
    ]
    if when.currency and not (when.price_from_minor or when.price_below_minor):
        lines.append(("currency", when.currency))
    return [(str(words.CONDITIONS[name]), text) for name, text in lines if text]


def term_lines(rule: Rule) -> Lines:
    """Write what a rule gives or sets."""
    if rule.outcome == "refuse":
        return [(_("Why"), why_of_rule(rule))]
    lines = deadline_lines(rule.return_within_h, rule.answer_within_h)
    if rule.outcome == "frame":
        return lines
    automatic = _listed(tuple(_amount(minor, currency) for currency, minor in rule.automatic.items()), {})
    return [
        (pgettext("after-sales", "Freight back"), str(words.FREIGHT[rule.freight])),
        *([(_("Kept for restocking"), permille(rule.restocking_permille))] if rule.restocking_permille else []),
        *evidence_lines(rule.pictures, rule.videos),
        (_("Without a person up to"), automatic or pgettext("granted without a person", "never")),
        *([(_("In advance"), str(words.ADVANCE[rule.advance]))] if rule.advance != "never" else []),
        *lines,
    ]


def verdict_lines(verdict: Verdict, currency: str) -> Lines:
    """Write the terms of an answer."""
    if not verdict.rule or (verdict.automatic_up_to_minor == -1 and not verdict.freight_payer):
        return []
    up_to = verdict.automatic_up_to_minor
    return [
        (pgettext("after-sales", "Freight back"), str(words.FREIGHT.get(verdict.freight_payer, ""))),
        *([(_("Kept for restocking"), permille(verdict.restocking_permille))] if verdict.restocking_permille else []),
        *evidence_lines(verdict.pictures, verdict.videos),
        (_("Without a person up to"), _amount(up_to, currency) or pgettext("granted without a person", "never")),
        *([(_("In advance"), _("yes"))] if verdict.advance else []),
        *([(_("Until"), words.last_day(verdict.until))] if verdict.until else []),
        *deadline_lines(verdict.return_within_h, verdict.answer_within_h),
    ]


def why_of_rule(rule: Rule) -> str:
    """Say why a rule refuses."""
    classes = _listed(rule.when.return_classes, words.RETURN_CLASSES)
    return str(words.WHYS[rule.why]) % {"return_class": classes or "–"}


def evidence_lines(pictures: int, videos: int) -> Lines:
    """Write what has to be shown."""
    wanted = [
        *([ngettext("%(count)s picture", "%(count)s pictures", pictures) % {"count": pictures}] if pictures else []),
        *([ngettext("%(count)s video", "%(count)s videos", videos) % {"count": videos}] if videos else []),
    ]
    return [(_("Evidence"), _(", ").join(wanted))] if wanted else []


def deadline_lines(return_within_h: int, answer_within_h: int) -> Lines:
    """Write how long goods and answers may take."""
    lines = []
    if return_within_h:
        lines.append((_("Send back within"), span(return_within_h * HOUR_S)))
    if answer_within_h:
        lines.append((_("Answer within"), span(answer_within_h * HOUR_S)))
    return lines


def permille(share: int) -> str:
    """Write permille as percent: 105 → 10.5 %."""
    return f"{share / 10:g} %"


def differences(before: Sequence[Rule], after: Sequence[Rule], reason_names: Mapping[str, str]) -> list[Difference]:
    """Say how a version differs from another: rules that are new, changed, moved, or gone."""
    old, new = {rule.code: rule for rule in before}, {rule.code: rule for rule in after}
    order_before = [code for code in old if code in new]
    order_after = [code for code in new if code in old]
    moved = {code for one, code in zip(order_before, order_after, strict=True) if one != code}
    found = []
    for code, rule in new.items():
        lines = _changed(old[code], rule, reason_names) if code in old else []
        became = "new" if code not in old else "changed" if lines else "moved" if code in moved else ""
        if became:
            found.append(_difference(rule, became, lines, reason_names))
    return found + [_difference(rule, "gone", [], reason_names) for code, rule in old.items() if code not in new]


def _difference(
    rule: Rule, became: str, lines: list[tuple[str, str, str]], reason_names: Mapping[str, str]
) -> Difference:
    return Difference(rule_view(rule, reason_names), became, str(words.BECAME[became]), lines)


def _changed(before: Rule, after: Rule, reason_names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    one, other = _all_lines(before, reason_names), _all_lines(after, reason_names)
    names = dict.fromkeys((*one, *other))
    return [(name, one.get(name, ""), other.get(name, "")) for name in names if one.get(name) != other.get(name)]


def _all_lines(rule: Rule, reason_names: Mapping[str, str]) -> dict[str, str]:
    view = rule_view(rule, reason_names)
    return {
        pgettext("return policy", "Name"): _(", ").join(str(text) for text in rule.labels.values()),
        pgettext("return policy", "What it does"): view.outcome_label,
        **dict(view.conditions),
        str(words.CONDITIONS["window"]): view.window,
        **dict(view.terms),
        _("In use"): _yes_no(rule.active),
    }


def _listed(values: Sequence[str], names: Mapping[str, Any]) -> str:
    return str(_(", ")).join(str(names.get(value, value)) for value in values)


def _amount(minor: int, currency: str) -> str:
    return f"{money.to_decimal(minor, currency)} {currency}" if minor > 0 and currency else ""


def _yes_no(value: bool | None) -> str:
    return "" if value is None else str(_("yes")) if value else str(_("no"))
