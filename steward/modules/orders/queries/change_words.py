"""The words people read about changes of orders: kinds, reasons why not, fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.modules.orders.queries import words
from steward.modules.orders.queries.findings import field_label

KINDS: dict[str, Any] = {
    "address": pgettext_lazy("change", "Address"),
    "lines": pgettext_lazy("change", "Lines"),
    "cancel_lines": pgettext_lazy("change", "Cancel lines"),
    "service": pgettext_lazy("change", "Delivery service"),
    "cancel": pgettext_lazy("change", "Cancel the order"),
    "split": pgettext_lazy("change", "Split"),
    "merge": pgettext_lazy("change", "Merge"),
    "unmerge": pgettext_lazy("change", "Take apart again"),
    "means": pgettext_lazy("change", "Means of payment"),
}
STATES: dict[str, Any] = {
    "draft": pgettext_lazy("change", "Preview"),
    "confirmed": pgettext_lazy("change", "Carried out"),
    "declined": pgettext_lazy("change", "Declined"),
    "lapsed": pgettext_lazy("change", "Lapsed"),
}
LAPSES: dict[str, Any] = {
    "replaced": _("Another preview took its place."),
    "moved_on": _("The order moved on."),
    "too_old": _("Nobody decided in time."),
}
LINKS: dict[str, Any] = {
    "split_from": _("Split off from"),
    "part": _("Split off into"),
    "merged_into": _("Went into"),
    "took_in": _("Took in"),
    "replaces": _("Stands for goods of"),
    "replacement": _("Goods exchanged in"),
}
HINDRANCES: dict[str, Any] = {
    "past_order": _("past orders are only analysed."),
    "goods_left": _("all goods have left the house; a return is the way now."),
    "part_left": _("part of the goods has left the house; only what is still here can be called off."),
    "order_over": _("the order is over."),
    "held": _("screening holds it; release or reject it first."),
    "after_sales": _("it stands for goods that come back; choose others in their case."),
    "conflict": _("it came again with other content; settle that first."),
    "open_errors": _("findings are open; mend or accept them first."),
    "awaits_verification": _("another person has to check it first."),
    "money_on_its_way_back": _("money is on its way back; wait until it has arrived."),
}
MERGE_HINDRANCES: dict[str, Any] = {
    "same_order": _("it is the same order."),
    "other_buyer": _("they are not of the same buyer."),
    "other_shop": _("they are not of the same shop."),
    "other_currency": _("they are not in the same currency."),
    "other_address": _("they do not go to the same address."),
    "one_is_paid": _("one is paid and the other is not."),
}
FIELDS: dict[str, Any] = {
    "state": _("State"),
    "payment_state": _("Payment"),
    "fulfilment_state": _("Stock"),
    "lines": _("Lines"),
    "paid_minor": _("Paid"),
    "refunded_minor": _("Refunded"),
    "claimed_minor": _("On its way back"),
    "address": _("Address"),
    "service": _("Delivery service"),
    "looks": _("Checks"),
    "stock": _("Stock"),
    "other": _("The other order"),
}


def kind(code: str) -> str:
    """Name a kind of change."""
    return words.word(KINDS, code)


def hindrance(code: str) -> str:
    """Say why a change is not possible."""
    return words.word(HINDRANCES, code) if code else ""


def merge_hindrance(code: str) -> str:
    """Say why two orders cannot become one."""
    return words.word(MERGE_HINDRANCES, code) if code else ""


def field_names(names: Iterable[str]) -> str:
    """List fields in words."""
    found = []
    for name in names:
        plain = name.removeprefix("other.")
        found.append(str(FIELDS[plain]) if plain in FIELDS else field_label(plain))
    return ", ".join(dict.fromkeys(found))
