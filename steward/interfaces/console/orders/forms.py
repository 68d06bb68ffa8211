"""What people type on order pages: filters, and an order entered by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode
from msgspec import Struct

from steward.kernel import money
from steward.kernel.findings import Finding
from steward.modules.orders.queries import OrderFilters
from steward.modules.orders.rules.drafts import AdjustmentDraft, BuyerDraft, LineDraft, OrderDraft, RecipientDraft

QUEUES: Mapping[str, dict[str, str]] = {
    "mend": {"state": "received"},
    "payment": {"state": "checked"},
    "audit": {"state": "audit"},
    "short": {"state": "received", "fulfilment_state": "short"},
}
MOST_LINES = 200
MOST_MINOR = 10**15
MOST_PIECES = 1_000_000
MOST_DIGITS = len(str(MOST_PIECES))
TAKEN_OFF = ("coupon_code", "coupon_amount", "coupon_threshold", "points_amount", "points_count")
RECIPIENT = ("name", "phone", "province", "city", "district", "street", "postcode")


def filters_of(query: QueryDict, *, time_zone: str) -> OrderFilters:
    """Read the filters of a list from its address; what is not understood filters nothing."""
    # PostgreSQL knows no NUL, and nobody types one.
    given = {key: str(value).replace("\0", "") for key, value in query.items()}
    queue = QUEUES.get(given.get("queue", ""), {})
    return OrderFilters(
        state=queue.get("state", "") or given.get("state", ""),
        payment_state=given.get("payment", ""),
        fulfilment_state=queue.get("fulfilment_state", "") or given.get("stock", ""),
        priority=given.get("priority", ""),
        shop=given.get("shop", ""),
        with_findings=given.get("findings") == "1",
        q=given.get("q", "")[:100],
        placed_from=_day(given.get("from", "")),
        placed_to=_day(given.get("to", "")),
        historic={"yes": True, "no": False}.get(given.get("historic", "")),
        time_zone=time_zone,
    )


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def end_of_day(text: str, time_zone: str) -> datetime | None:
    """Read the last moment of a day as a person of that zone means it; nothing sensible is no day."""
    day = _day(text)
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(time_zone)) if day else None


def address_with(query: QueryDict, **changes: Any) -> str:
    """Write the address of the same list with some parts changed (None leaves a part out)."""
    parts: dict[str, Any] = {key: value for key, value in query.items() if key != "after"} | changes
    return "?" + urlencode({key: str(value) for key, value in parts.items() if value not in (None, "")})


class LineEntry(Struct):
    """One line as typed; amounts as decimal text."""

    sku: str = ""
    title: str = ""
    quantity: str = "1"
    unit_price: str = ""
    discount: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed."""
        return not (self.sku.strip() or self.unit_price.strip() or self.title.strip())


class OrderEntry(Struct):
    """An order as typed into the form, before it is a draft. `key` makes a second press of the button harmless."""

    key: str
    shop: str
    external_number: str
    placed_at: str
    note: str
    shipping: str
    discount: str
    buyer: dict[str, str]
    recipient: dict[str, str]
    lines: list[LineEntry]
    taken_off: dict[str, str] = {}


def entry_of(data: QueryDict, *, key: str, now: datetime, zone: ZoneInfo) -> OrderEntry:
    """Read the form as it stands, whatever is typed."""
    columns = [data.getlist(f"line_{name}") for name in ("sku", "title", "quantity", "unit_price", "discount")]
    lines = [LineEntry(*values) for values in zip(*columns, strict=False)][:MOST_LINES]
    return OrderEntry(
        key=data.get("key", "") or key,
        shop=data.get("shop", ""),
        external_number=data.get("external_number", "").strip() or f"H-{key[:10].upper()}",
        placed_at=data.get("placed_at", "") or now.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        note=data.get("note", ""),
        shipping=data.get("shipping", ""),
        discount=data.get("discount", ""),
        buyer={name: data.get(f"buyer_{name}", "").strip() for name in ("external_id", "name", "phone", "email")},
        recipient={name: data.get(f"recipient_{name}", "").strip() for name in RECIPIENT},
        lines=lines or [LineEntry()],
        taken_off={name: data.get(name, "").strip() for name in TAKEN_OFF},
    )


class Parsed(Struct):
    """What the typed text means. Units: minor units; `draft` is None where an error stands in the way."""

    line_totals: list[int]
    lines_minor: int
    total_minor: int
    findings: list[Finding]
    draft: OrderDraft | None = None


def parse_entry(entry: OrderEntry, *, currency: str, zone: ZoneInfo) -> Parsed:
    """Turn what was typed into a draft; every mistake is found at once, named by field."""
    findings: list[Finding] = []
    lines, totals = [], []
    kept = [line for line in entry.lines if not line.is_empty] or entry.lines[:1]
    for index, line in enumerate(kept):
        draft = _line(index, line, currency, findings)
        lines.append(draft)
        totals.append(draft.quantity * draft.unit_price_minor - draft.discount_minor)
    shipping = _minor("shipping_minor", entry.shipping, currency, findings)
    discount = _minor("discount_minor", entry.discount, currency, findings)
    adjustments = _taken_off(entry.taken_off, currency, findings)
    placed_at = _instant(entry.placed_at, zone)
    if placed_at is None:
        findings.append(Finding("placed_at", "not_a_time", "error", {"value": entry.placed_at}))
    if not entry.shop:
        findings.append(Finding("shop", "required", "error"))
    total = sum(totals) + shipping - discount
    parsed = Parsed(totals, sum(totals), total, findings)
    if placed_at is not None and not findings:
        parsed.draft = OrderDraft(
            shop=entry.shop,
            external_number=entry.external_number[:80],
            placed_at=placed_at,
            currency=currency,
            lines=lines,
            buyer=BuyerDraft(**entry.buyer),
            recipient=RecipientDraft(**entry.recipient),
            shipping_minor=shipping,
            discount_minor=discount,
            note=entry.note[:1000],
            adjustments=adjustments,
        )
    return parsed


def _taken_off(typed: Mapping[str, str], currency: str, findings: list[Finding]) -> list[AdjustmentDraft]:
    """Read the coupon and the points that the discount consists of."""
    found = []
    coupon = _minor("coupon_amount", typed.get("coupon_amount", ""), currency, findings)
    threshold = _minor("coupon_threshold", typed.get("coupon_threshold", ""), currency, findings)
    if coupon:
        code = typed.get("coupon_code", "")[:80]
        found.append(AdjustmentDraft(kind="coupon", code=code, amount_minor=coupon, threshold_minor=threshold))
    points = _minor("points_amount", typed.get("points_amount", ""), currency, findings)
    count = typed.get("points_count", "")
    if count and not (count.isascii() and count.isdigit() and len(count) <= MOST_DIGITS):
        findings.append(Finding("points_count", "not_a_number", "error", {"value": count}))
    elif points:
        found.append(AdjustmentDraft(kind="points", amount_minor=points, points=int(count or 0)))
    return found


def _line(index: int, line: LineEntry, currency: str, findings: list[Finding]) -> LineDraft:
    field = f"lines.{index}"
    if not line.sku.strip():
        findings.append(Finding(f"{field}.sku", "required", "error"))
    typed = line.quantity.strip()
    quantity = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= MOST_DIGITS else 0
    if not 1 <= quantity <= MOST_PIECES:
        findings.append(Finding(f"{field}.quantity", "not_a_number", "error", {"value": line.quantity}))
        quantity = 1
    price = _minor(f"{field}.unit_price_minor", line.unit_price, currency, findings, is_needed=True)
    discount = _minor(f"{field}.discount_minor", line.discount, currency, findings)
    return LineDraft(line.sku.strip()[:64], quantity, price, discount, line.title.strip()[:200])


def _minor(field: str, text: str, currency: str, findings: list[Finding], *, is_needed: bool = False) -> int:
    if not text.strip():
        if is_needed:
            findings.append(Finding(field, "required", "error"))
        return 0
    try:
        amount = Decimal(text.strip().replace(",", ""))
        minor = money.to_minor(amount, currency) if amount.is_finite() else -1
    except (InvalidOperation, ValueError):
        minor = -1
    if not 0 <= minor <= MOST_MINOR:
        findings.append(Finding(field, "not_an_amount", "error", {"value": text}))
        return 0
    return minor


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
