"""What a finding says to people: one sentence per code, with the facts filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from steward.kernel import money
from steward.modules.orders.queries import file_findings
from steward.modules.orders.queries.words import readable

FIELDS: dict[str, Any] = {
    "lines": gettext_lazy("Lines"),
    "sku": gettext_lazy("SKU"),
    "quantity": gettext_lazy("Quantity"),
    "unit_price_minor": gettext_lazy("Unit price"),
    "discount_minor": gettext_lazy("Discount"),
    "shipping_minor": gettext_lazy("Shipping fee"),
    "total_minor": gettext_lazy("Total"),
    "currency": gettext_lazy("Currency"),
    "placed_at": gettext_lazy("Placed at"),
    "shop": gettext_lazy("Shop"),
    "external_number": gettext_lazy("Number in the shop"),
    "recipient": gettext_lazy("Recipient"),
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "country": gettext_lazy("Country"),
    "province": gettext_lazy("Province"),
    "city": gettext_lazy("City"),
    "district": gettext_lazy("District"),
    "street": gettext_lazy("Street"),
    "street_text": gettext_lazy("Street"),
    "postcode": gettext_lazy("Postcode"),
    "note": gettext_lazy("Note"),
    "adjustments": gettext_lazy("Coupons and points"),
    "coupon_amount": gettext_lazy("Coupon"),
    "coupon_threshold": gettext_lazy("Coupon from"),
    "points_amount": gettext_lazy("Paid with points"),
    "points_count": pgettext_lazy("wallet", "Points"),
    "title": pgettext_lazy("of an order line", "Title"),
    "buyer": gettext_lazy("Buyer"),
    "goods": gettext_lazy("Goods"),
    "prices": gettext_lazy("Prices"),
    "payment": gettext_lazy("Payment"),
    "payments": gettext_lazy("Payments"),
    "recipient_name": gettext_lazy("Recipient's name"),
    "external_id": gettext_lazy("Buyer's number in the shop"),
    "transaction": gettext_lazy("Transaction number"),
    "amount_minor": gettext_lazy("Amount"),
    "paid_at": gettext_lazy("Paid at"),
    "customer": gettext_lazy("Customer"),
    "source": gettext_lazy("Source"),
    "order": gettext_lazy("Order"),
    "row": gettext_lazy("Row"),
    "paid_minor": gettext_lazy("Paid"),
    "refunded_minor": gettext_lazy("Refunded"),
    "refunds": gettext_lazy("Refunds"),
    "not_supplied": gettext_lazy("Never carried"),
    # Fields of a mapping that no order has under the same name.
    "status": gettext_lazy("Status in the source"),
    "shipping": gettext_lazy("Shipping fee"),
    "discount": gettext_lazy("Discount"),
    "total": gettext_lazy("Total"),
    "unit_price": gettext_lazy("Unit price"),
    "line_total": gettext_lazy("Total of the line"),
    "line_discount": gettext_lazy("Discount of the line"),
    "line_shipping": gettext_lazy("Shipping fee of the line"),
    "paid": gettext_lazy("Paid amount"),
    "payment_transaction": gettext_lazy("Transaction number"),
    "payment_method": gettext_lazy("Way of payment"),
    "payment_provider": gettext_lazy("Payment provider"),
    "source_files": gettext_lazy("Pictures or PDF"),
    "refund": gettext_lazy("Refunded amount"),
    "refunded_at": gettext_lazy("Refunded at"),
    "buyer_id": gettext_lazy("Buyer's number in the shop"),
    "buyer_name": gettext_lazy("Buyer's name"),
    "buyer_phone": gettext_lazy("Buyer's phone"),
    "buyer_email": gettext_lazy("Buyer's e-mail"),
    "recipient_phone": gettext_lazy("Recipient's phone"),
    "device_id": gettext_lazy("Device"),
    "ip": gettext_lazy("Internet address (IP)"),
    "payment_account": gettext_lazy("Payer's account or card fingerprint, never a card number"),
    "registered_at": gettext_lazy("Buyer signed up at"),
}

TEXTS: dict[str, Any] = {
    "sku_unknown": gettext_lazy("SKU “%(sku)s” is not in the catalogue."),
    "sku_missing": gettext_lazy("The line names no SKU."),
    "sku_inactive": gettext_lazy("SKU “%(sku)s” is no longer sold."),
    "quantity_unusual": gettext_lazy("%(quantity)s pieces are unusual; more than %(usual)s are rarely ordered."),
    "total_mismatch": gettext_lazy(
        "The total %(total)s does not add up: lines, shipping and discounts make %(computed)s."
    ),
    "currency_unknown": gettext_lazy("“%(currency)s” is no currency."),
    "currency_differs": gettext_lazy("The currency %(currency)s differs from the shop's, %(expected)s."),
    "price_zero": gettext_lazy("The price of %(sku)s is 0."),
    "price_differs": gettext_lazy("The price of %(sku)s, %(price)s, is far from the catalogue's %(expected)s."),
    "discount_exceeds": gettext_lazy("The discount is greater than what it is taken from."),
    "adjustments_exceed": gettext_lazy(
        "Coupons, points and the like sum to %(sum)s, more than the order's discount of %(discount)s."
    ),
    "adjustment_line_unknown": gettext_lazy("The order has no line %(positions)s, which this is for."),
    "short_of_stock": gettext_lazy("%(sku)s is short of stock: %(wanted)s wanted, %(available)s can be promised."),
    "sent_back": gettext_lazy("Sent back: %(reason)s"),
    "rekeyed_otherwise": gettext_lazy("Whoever checked the entry read “%(typed)s”."),
    "payment_used_elsewhere": gettext_lazy("Payment “%(transaction)s” belongs to another order already."),
    "refund_exceeds_payment": gettext_lazy("More was refunded than was paid."),
    "not_permitted": gettext_lazy("You may not enter orders for the shop “%(given)s”."),
    "not_supplied_unknown": gettext_lazy("“%(given)s” is nothing a source can lack."),
    "price_missing": gettext_lazy("The price is missing."),
    "code_taken": gettext_lazy("There is a mapping “%(code)s” already."),
    "malformed_mapping": gettext_lazy("This cannot be read: %(problem)s"),
    "unknown_field": gettext_lazy("There is no field “%(value)s”."),
    "field_needed": gettext_lazy("Every order needs this field."),
    "field_without_source": gettext_lazy("Give a column, a constant or a value for empty cells."),
    "malformed_format": gettext_lazy("“%(value)s” is no time format, such as %%Y/%%m/%%d %%H:%%M."),
    "unknown_time_zone": gettext_lazy("There is no time zone “%(value)s”."),
    "unknown_currency": gettext_lazy("There is no currency “%(value)s”."),
    "missing": gettext_lazy("Column “%(column)s” is empty."),
    "quantity_not_positive": gettext_lazy("The quantity “%(value)s” is not greater than zero."),
    "cancelled_quantity_not_negative": gettext_lazy("A cancellation's quantity “%(value)s” must be below zero."),
    "other_currency": gettext_lazy("The currency “%(value)s” is not the mapping's."),
    "set_aside": gettext_lazy("Set aside by the mapping: %(reason)s."),
    "set_aside_by_status": gettext_lazy("Set aside because of its status."),
    "order_has_other_findings": gettext_lazy("Another row of the same order needs mending."),
    "differs_within_order": gettext_lazy("Rows of the same order differ in: %(columns)s."),
    "too_many_lines": gettext_lazy("An order may have 5,000 lines at most."),
    "probable_duplicate": gettext_lazy("Looks like order %(number)s: same buyer, same goods, shortly apart."),
    "recipient_name_missing": gettext_lazy("The recipient's name is missing."),
    "phone_missing": gettext_lazy("The phone number is missing."),
    "phone_wrong_length": gettext_lazy("This phone number has too many or too few digits."),
    "phone_masked": gettext_lazy("Parts of this phone number are hidden; the channel gives only a masked one."),
    "phone_invalid": gettext_lazy("This is no valid phone number."),
    "buyer_phone_unreadable": gettext_lazy("The buyer's phone number “%(typed)s” cannot be read."),
    "placed_in_future": gettext_lazy("The order time lies in the future."),
    "city_missing": gettext_lazy("The city is missing; district %(district)s implies it."),
    "city_unknown": gettext_lazy("Nobody knows a city “%(typed)s” here."),
    "province_unknown": gettext_lazy("Nobody knows a province “%(typed)s”."),
    "district_unknown": gettext_lazy("Nobody knows a district “%(typed)s” here."),
    "district_ambiguous": gettext_lazy("Several districts fit: %(candidates)s. Which one is meant?"),
    "district_not_in_city": gettext_lazy("“%(typed)s” does not lie in the city named before it."),
    "district_renamed": gettext_lazy("“%(old)s” is called “%(new)s” today."),
    "address_conflict": gettext_lazy("Parts of the address contradict each other."),
    "address_unresolved": gettext_lazy("The address cannot be found among the administrative divisions."),
    "address_missing": gettext_lazy("The address is missing."),
    "street_missing": gettext_lazy("Street and house number are missing."),
    "parts_repeated": gettext_lazy("Parts of the address stand twice: %(parts)s."),
    "required": gettext_lazy("This is needed."),
    "shop_unknown": gettext_lazy("There is no shop “%(shop)s”."),
    "not_a_number": gettext_lazy("“%(value)s” is no number."),
    "time_out_of_range": gettext_lazy("This time lies before 1970 or after 2200."),
    "zero_character": gettext_lazy("A text holds the character U+0000, which cannot be kept."),
    "payment_mismatch": gettext_lazy("The provider reported %(amount)s where %(expected)s was expected."),
    "partly_paid": gettext_lazy("Only %(paid)s of %(total)s were paid; the payment limit still counts."),
    "not_a_time": gettext_lazy("“%(value)s” is no date or time."),
    "not_an_amount": gettext_lazy("“%(value)s” is no amount of money."),
    **file_findings.TEXTS,
}


class _Facts(dict[str, str]):
    """Facts of a finding; a fact that is not known shows as a dash instead of failing."""

    def __missing__(self, key: str) -> str:
        return "–"


def finding_text(code: str, params: Mapping[str, Any] | None = None) -> str:
    """Say what was found in the reader's language; a code without a sentence is written readably."""
    facts = _Facts({key: str(value) for key, value in (params or {}).items()})
    if code == "district_missing":
        return _district_missing(facts)
    if code == "not_supplied":
        fields = ", ".join(field_label(name.strip()) for name in facts["fields"].split(","))
        return _("The source never carries: %(fields)s.") % {"fields": fields}
    if code == "source_unfit":
        return facts["why"]
    return str(TEXTS[code]) % facts if code in TEXTS else readable(code)


def _district_missing(facts: _Facts) -> str:
    if facts.get("implied_by"):
        return _("The district is missing; “%(implied_by)s” implies it.") % facts
    if facts.get("within"):
        return _("The district is missing; only %(within)s is known.") % facts
    return _("The district is missing.")


def field_label(field: str) -> str:
    """Name a field for people; a line's field carries the line's number (`lines.2.sku`)."""
    parts = field.replace("[", ".").replace("]", "").split(".")
    label = str(FIELDS.get(parts[-1], readable(parts[-1])))
    numbers = [part for part in parts if part.isdigit()]
    if parts[0] == "lines" and numbers:
        if parts[-1].isdigit():
            return _("Line %(number)s") % {"number": int(numbers[0]) + 1}
        return _("Line %(number)s: %(field)s") % {"number": int(numbers[0]) + 1, "field": label}
    return label


def suggestion_text(suggestion: Mapping[str, Any] | None, currency: str = "") -> str:
    """Write a suggestion as a person reads it: the values, most general first; amounts are in minor units."""
    if not suggestion:
        return ""
    parts = {field.removeprefix("recipient."): str(value) for field, value in suggestion.items() if value != ""}
    order = ("province", "city", "district", "street", "street_text")
    address = "".join(dict.fromkeys(parts[field] for field in order if field in parts))
    others = [
        f"{field_label(field)} {amount_text(field, value, currency)}"
        for field, value in parts.items()
        if field not in order
    ]
    return " ".join([address, *others]).strip()


def amount_text(field: str, value: Any, currency: str) -> str:
    """Write an amount in minor units with its currency; what is no amount stays as it is."""
    if field.endswith("_minor") and currency and str(value).isdigit():
        return f"{money.to_decimal(int(value), currency)} {currency}"
    return str(value)
