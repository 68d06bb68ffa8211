"""Every part of a quote as a sentence in the reader's language, grouped by line. Source: RET-4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import money
from steward.modules.orders.queries.worth import OrderWorth, orders_worth
from steward.modules.returns.rules.quote import Quote, QuotePart

LOCALES = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW", "en": "en"}
KINDS: dict[str, Any] = {
    "goods": pgettext_lazy("part of a refund", "Goods"),
    "line_discount": pgettext_lazy("part of a refund", "Discount of the line"),
    "order_discount": pgettext_lazy("part of a refund", "Share of the discount"),
    "coupon": pgettext_lazy("part of a refund", "Share of a coupon"),
    "coupon_lost": pgettext_lazy("part of a refund", "Coupon no longer earned"),
    "points": pgettext_lazy("part of a refund", "Paid with points"),
    "gift_card": pgettext_lazy("part of a refund", "Paid with a gift card"),
    "freight": pgettext_lazy("part of a refund", "Shipping fee"),
    "free_shipping_lost": pgettext_lazy("part of a refund", "Free shipping no longer earned"),
    "return_freight": pgettext_lazy("part of a refund", "Freight of the return"),
    "restocking": pgettext_lazy("part of a refund", "Restocking"),
    "grade": pgettext_lazy("part of a refund", "State of the goods"),
    "deduction": pgettext_lazy("part of a refund", "Deduction"),
    "goodwill": pgettext_lazy("part of a refund", "Goodwill"),
    "beyond_paid": pgettext_lazy("part of a refund", "More than was paid"),
    "exchange_difference": pgettext_lazy("part of a refund", "Beyond what the replacement costs"),
}
DEDUCTIONS: dict[str, Any] = {
    "packaging": pgettext_lazy("deduction", "The packaging is missing."),
    "accessories": pgettext_lazy("deduction", "Accessories are missing."),
    "usage": pgettext_lazy("deduction", "It was used more than trying it takes."),
    "damage": pgettext_lazy("deduction", "It was damaged."),
    "cleaning": pgettext_lazy("deduction", "It has to be cleaned."),
    "other": pgettext_lazy("deduction", "Another deduction."),
}
TEXTS: dict[str, Any] = {
    "goods": gettext_lazy("%(quantity)s × %(unit_price)s"),
    "line_discount": gettext_lazy("Its share of the discount of %(whole)s that this line had"),
    "order_discount": gettext_lazy("Its share of the order's discount of %(whole)s"),
    "order_discount.code": gettext_lazy("Its share of “%(code)s”, %(whole)s"),
    "coupon": gettext_lazy("Its share of the coupon of %(whole)s"),
    "coupon.code": gettext_lazy("Its share of the coupon “%(code)s”, %(whole)s"),
    "coupon_lost": gettext_lazy(
        "A coupon from %(threshold)s on; the goods you keep come to %(kept)s, so what it took off them is taken back"
    ),
    "coupon_lost.code": gettext_lazy(
        "“%(code)s” holds from %(threshold)s on; the goods you keep come to %(kept)s, "
        "so what it took off them is taken back"
    ),
    "points": gettext_lazy("This part was paid with points; they go back as points"),
    "gift_card": gettext_lazy("This part was paid with a gift card; it goes back onto the card"),
    "gift_card.code": gettext_lazy("This part was paid with the gift card “%(code)s”; it goes back onto the card"),
    "freight": gettext_lazy("Everything goes back, and the shipping fee with it"),
    "free_shipping_lost": gettext_lazy(
        "Shipping is free from %(threshold)s on; the goods you keep come to %(kept)s, so it is charged"
    ),
    "free_shipping_back": gettext_lazy("Shipping that was charged after an earlier return is given back"),
    "return_freight": gettext_lazy("You bear the freight of the return"),
    "restocking": gettext_lazy("%(percent)s%% of its value are kept for restocking"),
    "grade": gettext_lazy("As it came back it is worth %(percent)s%% of its price"),
    "goodwill": gettext_lazy("Given on top"),
    "beyond_paid": gettext_lazy(
        "%(paid)s were paid and %(refunded)s given back already; more than that cannot go back"
    ),
    "exchange_difference": gettext_lazy("The goods that came back are worth more than their replacement costs"),
}


class PartText(Struct, frozen=True, kw_only=True):
    """One part in words. Units: minor currency units."""

    kind: str
    label: str
    text: str
    amount_minor: int
    line_id: int | None = None
    quantity: int = 0


class LineText(Struct, frozen=True, kw_only=True):
    """What goes back for one line, part by part; `total_minor` is their sum. Units: minor currency units."""

    line_id: int
    position: int
    sku: str
    name: str
    quantity: int
    parts: tuple[PartText, ...]
    total_minor: int


class QuoteView(Struct, frozen=True, kw_only=True):
    """A quote to be read: by line, then what concerns the order. Units: minor units of `currency`."""

    currency: str
    total_minor: int
    lines: tuple[LineText, ...]
    parts: tuple[PartText, ...]
    beside: tuple[str, ...]


def explained(quote: Quote, order_id: int) -> QuoteView:
    """Write a quote of an order in words. Two statements."""
    return worded(quote, orders_worth([order_id])[order_id])


def worded(quote: Quote, worth: OrderWorth) -> QuoteView:
    """Write a quote in words, with the names of the lines it is about."""
    texts = [part_text(part, worth.currency) for part in quote.parts]
    lines = []
    for line in worth.lines:
        mine = tuple(one for one in texts if one.line_id == line.id)
        if mine:
            lines.append(
                LineText(
                    line_id=line.id,
                    position=line.position,
                    sku=line.sku,
                    name=line.name,
                    quantity=sum(one.quantity for one in mine if one.kind == "goods"),
                    parts=mine,
                    total_minor=sum(one.amount_minor for one in mine),
                )
            )
    return QuoteView(
        currency=worth.currency,
        total_minor=quote.total_minor,
        lines=tuple(lines),
        parts=tuple(one for one in texts if one.line_id is None),
        beside=tuple(_beside(quote, worth.currency)),
    )


def part_text(part: QuotePart, currency: str) -> PartText:
    """Write one part in words, in the reader's language."""
    return PartText(
        kind=part.kind,
        label=str(KINDS[part.kind]),
        text=_sentence(part, currency),
        amount_minor=part.amount_minor,
        line_id=part.line_id,
        quantity=part.quantity,
    )


def _sentence(part: QuotePart, currency: str) -> str:
    facts, kind = part.facts, part.kind
    if kind == "deduction":
        return str(facts.get("note") or DEDUCTIONS.get(facts.get("code", "other"), facts.get("code", "")))
    if kind == "free_shipping_lost" and part.amount_minor > 0:
        kind = "free_shipping_back"
    key = f"{kind}.code" if facts.get("code") and f"{kind}.code" in TEXTS else kind
    text = str(TEXTS[key]) % _filled(part, currency)
    if note := facts.get("note"):
        text = pgettext("a sentence and what the inspection noted", "%(text)s (%(note)s)") % {
            "text": text,
            "note": note,
        }
    if asked := facts.get("asked_minor"):
        text = _("%(text)s; %(asked)s would be due, but no more is left") % {
            "text": text,
            "asked": written(asked, currency),
        }
    return text


def _filled(part: QuotePart, currency: str) -> dict[str, Any]:
    """Write the facts as people read them: amounts as money, permille as percent."""
    filled: dict[str, Any] = {"quantity": part.quantity}
    for name, value in part.facts.items():
        if name.endswith("_minor"):
            filled[name.removesuffix("_minor")] = written(int(value), currency)
        elif name in ("permille", "share_permille"):
            filled["percent"] = f"{value / 10:g}"
        else:
            filled[name] = value
    return filled


def written(amount_minor: int, currency: str) -> str:
    """Write an amount as people of the reader's language do."""
    text = money.formatted(amount_minor, currency, LOCALES.get(get_language() or "", "en"))
    return text.replace("CN¥", "¥")


def _beside(quote: Quote, currency: str) -> list[str]:
    """Say what goes back, or lapses, beside the money."""
    said = []
    if quote.points_back:
        said.append(_("%(points)s points go back.") % {"points": quote.points_back})
    if quote.points_taken:
        said.append(_("%(points)s points that came with the purchase lapse.") % {"points": quote.points_taken})
    said += [_("The coupon “%(code)s” can be used again.") % {"code": code} for code in quote.coupons_back]
    for code, amount in quote.gift_cards_back:
        facts: Mapping[str, str] = {"amount": written(amount, currency), "code": code}
        text = _("%(amount)s go back onto the gift card “%(code)s”.")
        said.append((text if code else _("%(amount)s go back onto the gift card.")) % facts)
    return said
