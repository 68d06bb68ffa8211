"""The words of screening: kinds of rules and signals, reasons, flaws of a rule set, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from steward.kernel import money
from steward.kernel.findings import Finding
from steward.modules.orders.rules.screening import Reason
from steward.modules.orders.rules.screening_sets import Rule, explained

# What stands for the figures of an order where a rule is shown without one.
UNKNOWN = dict.fromkeys(("count", "value", "mean", "time", "signal"), "…")
DAY_S, HOUR_S, MIN_S = 86_400, 3_600, 60
SIGNALS: dict[str, Any] = {
    "customer": pgettext_lazy("signal", "customer"),
    "phone": pgettext_lazy("signal", "phone"),
    "address": pgettext_lazy("signal", "address"),
    "device": pgettext_lazy("signal", "device"),
    "payment_account": pgettext_lazy("signal", "payment account"),
    "ip": pgettext_lazy("signal", "network address"),
}
KINDS: dict[str, Any] = {
    "orders_in_window": gettext_lazy("Orders in a window"),
    "customers_in_window": gettext_lazy("Different customers in a window"),
    "signup_age": gettext_lazy("Time from sign-up to order"),
    "amount_outlier": gettext_lazy("Amount against own history"),
    "quantity_outlier": gettext_lazy("Quantity against own history"),
    "first_order": gettext_lazy("First order"),
    "block_list": gettext_lazy("Blocked value"),
    "allow_list": gettext_lazy("Trusted value"),
    "forwarding": gettext_lazy("Known forwarding point"),
}
PURPOSES: dict[str, Any] = {
    "block": gettext_lazy("Blocked"),
    "allow": gettext_lazy("Trusted"),
    "forwarding": gettext_lazy("Forwarding point"),
}
OUTCOMES: dict[str, Any] = {
    "": pgettext_lazy("hold", "Waiting"),
    "released": pgettext_lazy("hold", "Released"),
    "rejected": pgettext_lazy("hold", "Rejected"),
    "lapsed": pgettext_lazy("hold", "Ended with the order"),
}
SET_STATES: dict[str, Any] = {
    "draft": pgettext_lazy("rule set", "Draft"),
    "active": pgettext_lazy("rule set", "In force"),
    "retired": pgettext_lazy("rule set", "Replaced"),
}
BAD: dict[str, Any] = {
    "rejected": gettext_lazy("Rejected by a person after a hold"),
    "fraud": gettext_lazy("Cancelled as suspected fraud"),
    "labels": gettext_lazy("Named by a label file (for example chargebacks)"),
}


def set_name(name: str) -> str:
    """Name a version of the rules; the first has a name in every language."""
    return _("Shipped rules") if name == "Shipped rules" else name


def span(seconds: float) -> str:
    """Write a length of time in its largest fitting unit."""
    for unit_s, name in ((DAY_S, "day"), (HOUR_S, "hour"), (MIN_S, "minute")):
        if seconds >= unit_s and (unit_s == MIN_S or seconds % unit_s == 0 or seconds >= 3 * unit_s):
            return _unit(name, round(seconds / unit_s))
    return _unit("second", round(seconds))


def _unit(name: str, count: int) -> str:
    written = {
        "day": ngettext("%(count)s day", "%(count)s days", count),
        "hour": ngettext("%(count)s hour", "%(count)s hours", count),
        "minute": ngettext("%(count)s minute", "%(count)s minutes", count),
        "second": ngettext("%(count)s second", "%(count)s seconds", count),
    }
    return written[name] % {"count": count}


def rule_text(rule: Rule) -> str:
    """Return a rule's explanation in the reader's language, its places open."""
    return rule.texts.get(get_language() or "zh-hans") or rule.texts.get("zh-hans", rule.code)


def rule_sentence(rule: Rule) -> str:
    """Write a rule as a sentence: its own figures filled in, those of an order left as dots."""
    said = {
        "limit": limit_text(rule),
        "percent": str(rule.limit),
        "window": span(rule.window_s),
        "signal": str(SIGNALS[rule.signal]) if rule.signal else "",
    }
    return explained(explained(rule_text(rule), {name: text for name, text in said.items() if text}), UNKNOWN)


def limit_text(rule: Rule) -> str:
    """Write a rule's limit in its own unit."""
    if rule.kind == "signup_age":
        return span(rule.limit)
    if rule.kind == "first_order":
        return f"{money.to_decimal(rule.limit, rule.currency)} {rule.currency}"
    if rule.kind in ("amount_outlier", "quantity_outlier"):
        return f"{rule.limit} %"
    return str(rule.limit) if rule.limit else ""


def reason_text(reason: Reason, rule: Rule) -> str:
    """Write why a rule fired, with the figures it saw."""
    facts = reason.facts
    currency = str(facts.get("currency") or "")

    def amount(name: str) -> str:
        value = int(facts.get(name) or 0)
        return f"{money.to_decimal(value, currency)} {currency}" if currency else str(value)

    said = {
        "count": str(facts.get("count", "")),
        "percent": str(facts.get("percent", "")),
        "signal": str(SIGNALS.get(str(facts.get("signal", "")), "")),
        "value": amount("value"),
        "mean": amount("mean"),
        "limit": str(facts.get("limit", "")),
        "window": span(int(facts.get("window_s") or 0)),
        "time": span(int(facts.get("seconds") or 0)),
    }
    if "limit_s" in facts:
        said["limit"] = span(int(facts["limit_s"]))
    if "limit_minor" in facts:
        said["limit"] = amount("limit_minor")
    return explained(rule_text(rule), said)


def flaw_text(finding: Finding) -> str:
    """Say what a rule lacks and what would mend it."""
    texts = {
        "rule_twice": _("The code “%(code)s” stands twice; every rule needs one of its own."),
        "rule_needs_signal": _("Rule “%(code)s”: choose what it counts by."),
        "rule_needs_window": _("Rule “%(code)s”: give the length of the window."),
        "rule_limit_too_low": _("Rule “%(code)s”: the limit has to be at least 2."),
        "rule_percent_too_low": _("Rule “%(code)s”: give a limit above 100 percent."),
        "rule_needs_history": _("Rule “%(code)s”: say how many earlier orders it needs."),
        "rule_needs_currency": _("Rule “%(code)s”: name the currency of its limit."),
        "rule_needs_text": _("Rule “%(code)s”: write the explanation in all three languages."),
        "rule_language_unknown": _("Rule “%(code)s”: explanations are zh-hans, zh-hant and en."),
        "rule_place_unknown": _("Rule “%(code)s”: {%(place)s} is unknown here; there are %(known)s."),
        "rules_unreadable": _("The rules cannot be read: %(why)s"),
    }
    return texts[finding.code] % finding.params
