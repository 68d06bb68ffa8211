"""What people read for kinds, states, places, verdicts and refusals of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from steward.modules.returns.queries.policy_words import KINDS, why_text

__all__ = ["KINDS", "REFUSALS", "label_in", "refusal_words"]

SOURCES: Mapping[str, Any] = {
    "portal": pgettext_lazy("after-sales", "Customer portal"),
    "desk": pgettext_lazy("after-sales", "Service desk"),
    "api": pgettext_lazy("after-sales", "Program"),
    "counter": pgettext_lazy("after-sales", "Counter"),
    "file": pgettext_lazy("after-sales", "Marketplace"),
}
METHODS: Mapping[str, Any] = {
    "own": pgettext_lazy("way back", "Customer sends it"),
    "label": pgettext_lazy("way back", "Our label"),
    "pick_up": pgettext_lazy("way back", "Picked up at the door"),
    "station": pgettext_lazy("way back", "Dropped off at a station"),
}
DISPOSITIONS: Mapping[str, Any] = {
    "restock": pgettext_lazy("disposition", "Back into sale"),
    "refurbish": pgettext_lazy("disposition", "Refurbish"),
    "quarantine": pgettext_lazy("disposition", "Quarantine"),
    "scrap": pgettext_lazy("disposition", "Scrap"),
    "to_supplier": pgettext_lazy("disposition", "Back to the supplier"),
    "back_to_customer": pgettext_lazy("disposition", "Back to the customer"),
}
PAYERS: Mapping[str, Any] = {
    "merchant": pgettext_lazy("freight", "We pay"),
    "customer": pgettext_lazy("freight", "The customer pays"),
}
GUIDANCE: Mapping[str, Any] = {
    "tutorial": pgettext_lazy("guidance", "Tutorial"),
    "part": pgettext_lazy("guidance", "Replacement part"),
    "remote": pgettext_lazy("guidance", "Help from afar"),
}
OUTCOMES: Mapping[str, Any] = {
    "helped": pgettext_lazy("guidance", "It helped"),
    "did_not": pgettext_lazy("guidance", "It did not help"),
}
QUESTIONS: Mapping[str, Any] = {
    "complete": _("Everything is there: parts, papers, gifts"),
    "packaging": _("The packaging can be sold again"),
    "works": _("It works"),
    "clean": _("No traces of use"),
}
NEXT: Mapping[str, Any] = {
    "decide": _("Somebody decides about it."),
    "send": _("The customer sends the goods back."),
    "arrive": _("The goods are on their way to us."),
    "inspect": _("The goods are here and wait to be inspected."),
    "repair": _("The goods are here and are repaired."),
    "judge": _("Somebody has to judge pieces that are missing, lost or doubtful."),
    "settle": _("The money is due and can be given back."),
    "pay": _("The money is on its way back."),
    "solve": _("The goods are replaced or mended, and the case is closed."),
    "choose": _("Somebody chooses anew what is sent, or gives the money back."),
    "charged": _("What was sent in advance is to be paid, or its goods have to come back."),
    "pay_difference": _("The customer pays the difference; then the replacement goes."),
    "replace": _("The replacement is set aside or on its way."),
    "closed": _("Nothing is left to be done."),
}
WHY_NOT: Mapping[str, Any] = {
    "permission": _("Your role does not allow this (%(permission)s)."),
    "own": _("You opened this case yourself, and it is above what the policy grants: a colleague decides."),
    "not_sent": _("Nothing of this order was sent yet; cancel or change it instead."),
    "claimed": _("Other cases claim all of this order already."),
}
STATES: Mapping[str, Any] = {
    "requested": pgettext_lazy("case", "To decide"),
    "approved": pgettext_lazy("case", "Granted"),
    "refused": pgettext_lazy("case", "Refused"),
    "withdrawn": pgettext_lazy("case", "Withdrawn"),
    "solved": pgettext_lazy("case", "Solved by help"),
    "lapsed": pgettext_lazy("case", "Never sent back"),
    "completed": pgettext_lazy("case", "Completed"),
}
RECEPTIONS: Mapping[str, Any] = {
    "awaiting": pgettext_lazy("piece", "With the customer"),
    "in_transit": pgettext_lazy("piece", "On the way"),
    "received": pgettext_lazy("piece", "Here"),
    "short": pgettext_lazy("piece", "Missing"),
    "wrong_item": pgettext_lazy("piece", "Something else"),
    "lost": pgettext_lazy("piece", "Lost on the way"),
    "expired": pgettext_lazy("piece", "Never sent"),
    "cancelled": pgettext_lazy("piece", "Called off"),
    "left_with_customer": pgettext_lazy("piece", "Stays with the customer"),
}
ACCEPTANCES: Mapping[str, Any] = {
    "pending": pgettext_lazy("piece", "Not looked at"),
    "accepted": pgettext_lazy("piece", "Counts"),
    "rejected": pgettext_lazy("piece", "Does not count"),
    "to_person": pgettext_lazy("piece", "To be judged"),
}
REFUND_STATES: Mapping[str, Any] = {
    "asked": pgettext_lazy("refund of a case", "On its way back"),
    "paid": pgettext_lazy("refund of a case", "Paid back"),
    "refused": pgettext_lazy("refund of a case", "Refused"),
    "failed": pgettext_lazy("refund of a case", "Failed"),
}
PARTS: Mapping[str, Any] = {
    "goods": pgettext_lazy("part of a refund", "Goods"),
    "line_discount": pgettext_lazy("part of a refund", "Discount of the line"),
    "order_discount": pgettext_lazy("part of a refund", "Share of the order's discount"),
    "coupon": pgettext_lazy("part of a refund", "Share of the coupon"),
    "coupon_lost": pgettext_lazy("part of a refund", "The coupon's threshold is missed"),
    "points": pgettext_lazy("part of a refund", "Paid with points"),
    "gift_card": pgettext_lazy("part of a refund", "Paid with a gift card"),
    "freight": pgettext_lazy("part of a refund", "Freight of the order"),
    "free_shipping_lost": pgettext_lazy("part of a refund", "Free shipping is missed"),
    "return_freight": pgettext_lazy("part of a refund", "Freight back"),
    "restocking": pgettext_lazy("part of a refund", "Restocking"),
    "grade": pgettext_lazy("part of a refund", "Traces of use"),
    "deduction": pgettext_lazy("part of a refund", "Deduction"),
    "goodwill": pgettext_lazy("part of a refund", "Goodwill"),
    "paid_before": pgettext_lazy("part of a refund", "Given back already"),
    "beyond_paid": pgettext_lazy("part of a refund", "More than was paid"),
    "exchange_difference": pgettext_lazy("part of a refund", "Beyond what the replacement costs"),
}
REFUSALS: Mapping[str, Any] = {
    "unknown_order": _("There is no order “%(number)s”."),
    "unknown_kind": _("There is no such solution: %(kind)s."),
    "nothing_wanted": _("Say which pieces it is about."),
    "too_many_words": _("Please say it in at most %(most)s characters."),
    "not_sent": _("%(sku)s: only %(most)s pieces were sent and can come back."),
    "claimed_already": _("%(sku)s: another case claims these pieces already; %(most)s are left."),
    "unknown_file": _("There is no file %(file)s you could use here. Upload it, or choose one the customer sent."),
    "more_than_kept": _("Of line %(position)s only %(kept)s pieces are left to return, not %(quantity)s."),
    "unfit_choice": _("%(sku)s cannot be had in the place of these goods."),
    "not_in_stock": _("%(sku)s is not there now. Choose something else, or give the money back."),
    "same_number_twice": _("The number %(number)s is in these drafts twice."),
}


def refusal_words(code: str, params: Mapping[str, Any]) -> str:
    """Say why a case was not opened; what the policy says it says in its own words."""
    return str(REFUSALS[code]) % params if code in REFUSALS else why_text(code, params)


def label_in(labels: Mapping[str, str]) -> str:
    """Choose a label of rows that carry their own languages."""
    language = (get_language() or "zh-hans").lower()
    return labels.get(language) or labels.get("zh-hans") or next(iter(labels.values()), "")
