"""What is checked when an order comes in. Every finding names field, reason and, where there is one, a mend.

Errors keep an order in `received` until somebody mends it; warnings are shown at the audit. What a source never
carries is said once, as `not_supplied`, and is no error. Source: ORD-2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from steward.kernel import money
from steward.kernel.findings import Finding
from steward.modules.orders.rules.adjusting import OF_THE_DISCOUNT
from steward.modules.orders.rules.drafts import OrderDraft, RecipientDraft

FUTURE_GRACE = timedelta(hours=1)
PRICE_TOLERANCE_PERCENT = 50


class KnownItem(Struct, frozen=True):
    """What the checks need to know of an item. Units: minor currency units, pieces."""

    id: int
    sku: str
    stocked: bool
    price_minor: int
    currency: str
    usual_quantity: int
    components: tuple[tuple[int, int], ...] = ()


class Place(Struct, frozen=True):
    """What an address came down to."""

    province: str
    district_code: str
    findings: tuple[Finding, ...]


class Phone(Struct, frozen=True):
    """What a phone number came down to: E.164 or nothing."""

    e164: str
    findings: tuple[Finding, ...]


class Checked(Struct):
    """A draft with its totals and everything that was found."""

    lines_minor: int
    total_minor: int
    phone: str
    place: Place
    findings: list[Finding]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing stands in the way of going on."""
        return not any(finding.severity == "error" for finding in self.findings)


NO_PLACE = Place("", "", ())
NO_PHONE = Phone("", ())


def check_order(
    draft: OrderDraft,
    items: Mapping[str, KnownItem],
    *,
    shop_currency: str,
    read_phone: Callable[[str, str], Phone],
    read_place: Callable[[RecipientDraft], Place],
    now: datetime,
) -> Checked:
    """Check one draft whose SKUs are known; totals in minor units.

    `read_phone(raw, country)` and `read_place(recipient)` answer from the numbering plans and the divisions.
    """
    missing = frozenset(draft.not_supplied)
    findings: list[Finding] = []
    lines_minor = _check_lines(draft, items, missing, findings)
    total = _check_total(draft, lines_minor, findings)
    if draft.adjustments:
        _check_adjustments(draft, findings)
    if draft.currency != shop_currency:
        findings.append(
            Finding("currency", "currency_differs", "warning", {"currency": draft.currency, "expected": shop_currency})
        )
    if draft.placed_at > now + FUTURE_GRACE:
        findings.append(Finding("placed_at", "placed_in_future", "error", {"given": draft.placed_at.isoformat()}))
    phone, place = check_recipient(draft.recipient, missing, findings, read_phone, read_place)
    if missing:
        findings.append(Finding("source", "not_supplied", "warning", {"fields": ", ".join(sorted(missing))}))
    return Checked(lines_minor, total, phone.e164, place, findings)


def _written(amount_minor: int, currency: str) -> str:
    return f"{money.to_decimal(amount_minor, currency)} {currency}"


def _check_lines(
    draft: OrderDraft, items: Mapping[str, KnownItem], missing: frozenset[str], findings: list[Finding]
) -> int:
    """Add up the lines and doubt what is unusual."""
    total = 0
    for index, line in enumerate(draft.lines):
        item = items[line.sku]
        amount = line.quantity * line.unit_price_minor
        total += amount - line.discount_minor
        field = f"lines.{index}"
        if line.discount_minor > amount:
            findings.append(
                Finding(
                    f"{field}.discount_minor",
                    "discount_exceeds",
                    "error",
                    {"discount": _written(line.discount_minor, draft.currency)},
                )
            )
        if item.usual_quantity and line.quantity > item.usual_quantity:
            findings.append(
                Finding(
                    f"{field}.quantity",
                    "quantity_unusual",
                    "warning",
                    {"quantity": str(line.quantity), "usual": str(item.usual_quantity), "sku": line.sku},
                )
            )
        if "prices" not in missing:
            _check_price(field, line.unit_price_minor, item, draft.currency, findings)
    return total


def _check_price(field: str, price: int, item: KnownItem, currency: str, findings: list[Finding]) -> None:
    if price == 0:
        findings.append(Finding(f"{field}.unit_price_minor", "price_zero", "warning", {"sku": item.sku}))
        return
    if not item.price_minor or item.currency != currency:
        return
    if abs(price - item.price_minor) * 100 > item.price_minor * PRICE_TOLERANCE_PERCENT:
        facts = {"price": _written(price, currency), "expected": _written(item.price_minor, currency), "sku": item.sku}
        findings.append(Finding(f"{field}.unit_price_minor", "price_differs", "warning", facts))


def _check_total(draft: OrderDraft, lines_minor: int, findings: list[Finding]) -> int:
    """Compare the given total with the sum; the given one stands, for it is what the customer agreed to."""
    computed = lines_minor + draft.shipping_minor - draft.discount_minor
    if draft.total_minor is None:
        if computed < 0:
            findings.append(
                Finding(
                    "discount_minor",
                    "discount_exceeds",
                    "error",
                    {"discount": _written(draft.discount_minor, draft.currency)},
                )
            )
        return max(computed, 0)
    if draft.total_minor != computed:
        findings.append(
            Finding(
                "total_minor",
                "total_mismatch",
                "error",
                {"total": _written(draft.total_minor, draft.currency), "computed": _written(computed, draft.currency)},
                {"total_minor": str(max(computed, 0))},
            )
        )
    return draft.total_minor


def _check_adjustments(draft: OrderDraft, findings: list[Finding]) -> None:
    """Doubt adjustments that take off more than the order's discount, or are for lines that it does not have."""
    explained = sum(one.amount_minor for one in draft.adjustments if one.kind in OF_THE_DISCOUNT)
    if explained > draft.discount_minor:
        facts = {"sum": _written(explained, draft.currency), "discount": _written(draft.discount_minor, draft.currency)}
        findings.append(Finding("adjustments", "adjustments_exceed", "warning", facts))
    for index, one in enumerate(draft.adjustments):
        if strange := sorted({position for position in one.lines if position > len(draft.lines)}):
            facts = {"positions": ", ".join(map(str, strange))}
            findings.append(Finding(f"adjustments.{index}.lines", "adjustment_line_unknown", "warning", facts))


def check_recipient(
    recipient: RecipientDraft,
    missing: frozenset[str],
    findings: list[Finding],
    read_phone: Callable[[str, str], Phone],
    read_place: Callable[[RecipientDraft], Place],
) -> tuple[Phone, Place]:
    """Check who gets the parcel, where, and how to reach them."""
    if not recipient.name and "recipient_name" not in missing:
        findings.append(Finding("recipient.name", "recipient_name_missing", "error"))
    phone, place = NO_PHONE, NO_PLACE
    if recipient.phone:
        phone = read_phone(recipient.phone, recipient.country)
        findings.extend(phone.findings)
    elif "phone" not in missing:
        findings.append(Finding("recipient.phone", "phone_missing", "error"))
    if "address" not in missing:
        place = read_place(recipient)
        findings.extend(place.findings)
    elif recipient.province:
        place = read_place(recipient)
        place = Place(place.province, place.district_code, ())
    return phone, place
