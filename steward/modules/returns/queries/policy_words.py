"""The words people read for return policies: solutions, answers, conditions, flaws, freight."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.kernel.findings import Finding

KINDS: dict[str, Any] = {
    "refund_only": pgettext_lazy("after-sales", "Refund only"),
    "return_refund": pgettext_lazy("after-sales", "Return and refund"),
    "exchange": pgettext_lazy("after-sales", "Exchange"),
    "reship": pgettext_lazy("after-sales", "Send again"),
    "repair": pgettext_lazy("after-sales", "Repair"),
}
FAULTS: dict[str, Any] = {
    "customer": pgettext_lazy("whose doing", "the customer's own doing"),
    "merchant": pgettext_lazy("whose doing", "the merchant's doing"),
    "carrier": pgettext_lazy("whose doing", "the carrier's doing"),
}
RETURN_CLASSES: dict[str, Any] = {
    "custom_made": gettext_lazy("custom made"),
    "fresh": gettext_lazy("fresh and perishable"),
    "digital": gettext_lazy("digital goods"),
    "press": gettext_lazy("newspapers and journals"),
    "hygiene": gettext_lazy("hygiene goods"),
    "final_sale": gettext_lazy("final sale"),
}
OUTCOMES: dict[str, Any] = {
    "allow": pgettext_lazy("return rule", "Allows"),
    "refuse": pgettext_lazy("return rule", "Refuses"),
    "frame": pgettext_lazy("return rule", "Sets deadlines"),
}
FREIGHT: dict[str, Any] = {
    "by_fault": gettext_lazy("whoever caused it"),
    "merchant": pgettext_lazy("pays the freight", "the merchant"),
    "customer": pgettext_lazy("pays the freight", "the customer"),
}
ADVANCE: dict[str, Any] = {
    "never": pgettext_lazy("advance replacement", "never"),
    "trusted": pgettext_lazy("advance replacement", "for trusted customers"),
    "always": pgettext_lazy("advance replacement", "always"),
}
SINCE: dict[str, Any] = {
    "delivered": pgettext_lazy("window counts from", "delivery"),
    "placed": pgettext_lazy("window counts from", "the order"),
}
WARRANTY: dict[str, Any] = {
    "within": pgettext_lazy("warranty", "within the warranty"),
    "over": pgettext_lazy("warranty", "after the warranty"),
}
PLATFORMS: dict[str, Any] = {
    "own": pgettext_lazy("platform", "own shop"),
    "tmall": pgettext_lazy("platform", "Tmall"),
    "jd": pgettext_lazy("platform", "JD"),
    "douyin": pgettext_lazy("platform", "Douyin"),
    "wechat": pgettext_lazy("platform", "WeChat"),
    "retail": pgettext_lazy("platform", "wholesale"),
}
WHYS: dict[str, Any] = {
    "excluded": gettext_lazy("Such goods (%(return_class)s) are not taken back without a reason."),
    "opened": gettext_lazy("Opened goods of this kind are not taken back without a reason."),
    "final_sale": gettext_lazy("It was sold for good: that was agreed on purchase."),
    "not_delivered": gettext_lazy("It has not been delivered yet: cancel the order, or turn the parcel away."),
    "not_offered": gettext_lazy("The house does not offer this for such goods."),
    "once_only": gettext_lazy("Once only: goods of this order came back or were exchanged before."),
    "too_late": gettext_lazy("Too late: this was possible until %(until)s."),
    "kind_not_offered": gettext_lazy("This solution is not offered here; another one is."),
    "no_rule": gettext_lazy("No rule of the policy allows this."),
    "evidence_missing": gettext_lazy("Evidence is missing: %(pictures)s pictures and %(videos)s videos are needed."),
    "unknown_line": gettext_lazy("The order has no such line."),
    "unknown_reason": gettext_lazy("The reason is unknown or out of use."),
}
CONDITIONS: dict[str, Any] = {
    "kinds": pgettext_lazy("after-sales", "Solution"),
    "reasons": gettext_lazy("Reason"),
    "faults": gettext_lazy("Whose doing"),
    "return_classes": gettext_lazy("Return class"),
    "categories": gettext_lazy("Category"),
    "skus": gettext_lazy("SKU"),
    "platforms": gettext_lazy("Platform"),
    "shops": gettext_lazy("Shop"),
    "currency": gettext_lazy("Currency"),
    "price_from_minor": gettext_lazy("Price from"),
    "price_below_minor": gettext_lazy("Price below"),
    "delivered": gettext_lazy("Delivered"),
    "opened": pgettext_lazy("goods", "Opened"),
    "trusted": gettext_lazy("Trusted customer"),
    "first": gettext_lazy("First case of the order"),
    "warranty": gettext_lazy("Warranty"),
    "window": gettext_lazy("Window"),
}
STEPS: dict[str, Any] = {
    "decided": pgettext_lazy("rule on the test bench", "Decides"),
    "framed": pgettext_lazy("rule on the test bench", "Sets the deadlines"),
    "behind": pgettext_lazy("rule on the test bench", "Would fit, but stands behind"),
    "missed": pgettext_lazy("rule on the test bench", "Does not fit"),
    "off": pgettext_lazy("rule on the test bench", "Switched off"),
}
STEP_TONES = {"decided": "green", "framed": "blue", "behind": "grey", "missed": "grey", "off": "grey"}
QUESTION_KINDS: dict[str, Any] = {
    "text": pgettext_lazy("question", "free text"),
    "yes_no": pgettext_lazy("question", "yes or no"),
    "choice": pgettext_lazy("question", "one of several"),
}
BECAME: dict[str, Any] = {
    "new": pgettext_lazy("rule of a version", "New"),
    "changed": pgettext_lazy("rule of a version", "Changed"),
    "moved": pgettext_lazy("rule of a version", "Moved"),
    "gone": pgettext_lazy("rule of a version", "Gone"),
}
BACKTEST_STATES: dict[str, Any] = {
    "queued": pgettext_lazy("back-test", "Being tried"),
    "done": pgettext_lazy("back-test", "Done"),
    "failed": pgettext_lazy("back-test", "Failed"),
}
FLAWS: dict[str, Any] = {
    "nothing_allowed": gettext_lazy("At least one rule in use has to allow something."),
    "too_many_rules": gettext_lazy("A policy holds %(most)s rules at most."),
    "rule_twice": gettext_lazy("The code “%(code)s” stands twice; every rule needs one of its own."),
    "rule_needs_label": gettext_lazy("Rule “%(code)s”: name it in all three languages."),
    "rule_needs_why": gettext_lazy("Rule “%(code)s” refuses: say why."),
    "rule_why_without_refusal": gettext_lazy("Rule “%(code)s” does not refuse: leave the reason of refusal empty."),
    "frame_sets_nothing": gettext_lazy("Rule “%(code)s” sets deadlines: give at least one."),
    "price_needs_currency": gettext_lazy("Rule “%(code)s”: name the currency of its prices."),
    "price_range_empty": gettext_lazy("Rule “%(code)s”: “price below” has to be above “price from”."),
    "currency_unknown": gettext_lazy("Rule “%(code)s”: there is no such currency."),
    "warranty_before_delivery": gettext_lazy("Rule “%(code)s”: a warranty begins with delivery."),
    "rule_hidden": gettext_lazy("Rule “%(code)s” is never reached: “%(hider)s” above it fits everything."),
    "rules_unreadable": gettext_lazy("The value of %(field)s does not fit."),
    "unknown_reasons": gettext_lazy("“%(code)s”: there is no reason “%(name)s”."),
    "unknown_categories": gettext_lazy("“%(code)s”: no item is of the category “%(name)s”."),
    "unknown_skus": gettext_lazy("“%(code)s”: there is no item “%(name)s”."),
    "unknown_platforms": gettext_lazy("“%(code)s”: no shop is on the platform “%(name)s”."),
    "unknown_shops": gettext_lazy("“%(code)s”: there is no shop “%(name)s”."),
    "reason_needs_label": gettext_lazy("Name the reason in all three languages."),
    "reason_code": gettext_lazy("“%(code)s” is no code: small letters, digits and underscores, a letter first."),
    "reason_misplaced": gettext_lazy("A reason cannot hang on itself, and the tree has %(most)s levels at most."),
    "question_twice": gettext_lazy("The question “%(code)s” stands twice."),
    "question_needs_label": gettext_lazy("Question “%(code)s”: write it in all three languages."),
    "question_needs_choices": gettext_lazy("Question “%(code)s”: a choice needs two answers or more, others none."),
    "guidance_without_answer": gettext_lazy("Question “%(code)s”: guidance has to name one of its answers."),
}


def flaw_text(finding: Finding) -> str:
    """Say what is wrong with a rule or reason and what would mend it."""
    return str(FLAWS[finding.code]) % finding.params


def why_text(why: str, params: Mapping[str, Any]) -> str:
    """Say in a sentence why something is not possible; "" where it is."""
    if not why:
        return ""
    said = dict(params)
    if "until" in said:
        said["until"] = last_day(datetime.fromisoformat(str(said["until"])))
    if "return_class" in said:
        said["return_class"] = RETURN_CLASSES.get(str(said["return_class"]), said["return_class"])
    return str(WHYS.get(why, why)) % said


def last_day(until: datetime) -> str:
    """Write the last moment of a window, in the reader's time zone."""
    return date_format(timezone.localtime(until), "Y-m-d H:i")
