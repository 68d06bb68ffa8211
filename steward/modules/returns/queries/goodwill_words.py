"""What people read about compensation: kinds, states, and why to look twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.kernel import money

KINDS: dict[str, Any] = {
    "coupon": gettext_lazy("Coupon"),
    "points": pgettext_lazy("wallet", "Points"),
    "money": pgettext_lazy("compensation", "Money"),
    "goods": pgettext_lazy("compensation", "Goods"),
}
STATES: dict[str, Any] = {
    "proposed": pgettext_lazy("compensation", "Waits for a second person"),
    "granted": pgettext_lazy("compensation", "Granted, not given yet"),
    "given": pgettext_lazy("compensation", "Given"),
    "refused": pgettext_lazy("compensation", "Refused"),
    "withdrawn": pgettext_lazy("compensation", "Withdrawn"),
    "failed": pgettext_lazy("compensation", "Could not be given whole"),
}
PERIODS: dict[str, Any] = {
    "month": gettext_lazy("Month"),
    "quarter": gettext_lazy("Quarter"),
}
SHARED: dict[str, Any] = {
    "address": gettext_lazy("address"),
    "phone": gettext_lazy("phone number"),
    "device": gettext_lazy("device"),
    "payment_account": gettext_lazy("payment account"),
}


def sign_words(code: str, facts: Mapping[str, Any]) -> str:
    """Say one reason to look twice with the facts behind it."""
    if code == "many":
        return _("%(count)s compensations in %(days)s days; up to %(most)s need no second look.") % facts
    if code == "sum":
        return _("%(sum)s in %(days)s days; up to %(bound)s needs no second look.") % (
            dict(facts) | {"sum": _amount(facts["minor"], facts), "bound": _amount(facts["most"], facts)}
        )
    if code == "same_reason":
        return _("%(count)s times for the same reason in %(days)s days.") % facts
    if code == "share":
        return _("%(sum)s is %(percent)s %% of what they bought (%(bought)s).") % {
            "sum": _amount(facts["minor"], facts),
            "bought": _amount(facts["bought"], facts),
            "percent": facts["permille"] // 10,
        }
    return _("Shares the %(what)s with %(others)s other customers.") % {
        "what": SHARED.get(facts["kind"], facts["kind"]),
        "others": facts["others"],
    }


def _amount(minor: int, facts: Mapping[str, Any]) -> str:
    return f"{money.to_decimal(minor, facts['currency'])} {facts['currency']}"
