"""What a mapping is made of: data a person edits, checked before it is used."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

import msgspec
from msgspec import Struct, field

from steward.kernel import money
from steward.kernel.findings import Finding
from steward.modules.orders.rules.drafts import NOT_SUPPLIED_FIELDS

ORDER_FIELDS = frozenset(
    {
        "external_number", "placed_at", "currency", "status", "note", "shipping", "discount", "total",
        "paid", "paid_at", "payment_transaction", "payment_method", "payment_provider", "refund", "refunded_at",
        "buyer_id", "buyer_name", "buyer_phone", "buyer_email",
        "recipient_name", "recipient_phone", "country", "province", "city", "district", "address", "postcode",
        "device_id", "ip", "payment_account", "registered_at",
    }
)  # fmt: skip
LINE_FIELDS = frozenset({"sku", "title", "quantity", "unit_price", "line_total", "line_discount", "line_shipping"})
FIELDS = ORDER_FIELDS | LINE_FIELDS
REQUIRED = ("external_number", "placed_at")
INSTANTS = frozenset({"placed_at", "paid_at", "refunded_at", "registered_at"})

# What is not supplied when none of these fields has a column.
GIVEN_BY: dict[str, tuple[str, ...]] = {
    "goods": ("sku",),
    "buyer": ("buyer_id", "buyer_phone", "buyer_email", "buyer_name"),
    "recipient_name": ("recipient_name",),
    "phone": ("recipient_phone",),
    "address": ("address",),
    "district": ("district", "address"),
    "payment": ("paid", "paid_at"),
    "prices": ("unit_price", "line_total", "total"),
    "placed_at": ("placed_at",),
}

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "empty", "not_empty", "starts_with"]


class FieldRule(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where one field comes from.

    The first of `columns` that the file has is used; `constant` needs no column; `default` stands for an empty cell.
    `table` translates what the cell holds ("*": anything else); `formats` are strptime patterns, ISO 8601 always works.
    `optional`: a file without the column is no error, the field is then not supplied. `stand_ins` are columns that
    only stand in for the field, which then counts as not supplied.
    """

    columns: list[str] = field(default_factory=list)
    constant: str = ""
    default: str = ""
    table: dict[str, str] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    optional: bool = False
    stand_ins: list[str] = field(default_factory=list)


class Condition(Struct, forbid_unknown_fields=True):
    """What a cell must be; `<` and its like compare numbers."""

    column: str
    op: Operator
    value: str = ""


class Filter(Struct, forbid_unknown_fields=True):
    """Rows that are no order lines, and why; all conditions must hold. The rest of their order is taken."""

    when: list[Condition]
    reason: str


class Cancellation(Struct, forbid_unknown_fields=True):
    """How a document that cancels is told from an order: by the beginning of its number."""

    starts_with: str


class MappingRules(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A whole mapping.

    `grouping` `row`: each row is an order; `key`: rows of one order number are one order, one line each.
    `order_level` `agree`: what concerns the whole order must be the same in all rows; `first`: its first row counts.
    `unknown_sku`: `reject` sends the order back, `create` makes an item, `non_stock` makes an item without stock.
    `paid_is_net_of_refunds`: the paid amount is what was left after the refund.
    """

    fields: dict[str, FieldRule]
    time_zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    country: str = "CN"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    decimal: Literal[".", ","] = "."
    grouping: Literal["row", "key"] = "key"
    order_level: Literal["agree", "first"] = "agree"
    not_supplied: list[str] = field(default_factory=list)
    unknown_sku: Literal["reject", "create", "non_stock"] = "reject"
    filters: list[Filter] = field(default_factory=list)
    cancellation: Cancellation | None = None
    paid_is_net_of_refunds: bool = False


def parsed(data: Any) -> MappingRules | list[Finding]:
    """Read a mapping as stored, or name everything that is wrong with it."""
    try:
        rules = msgspec.convert(data, MappingRules)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        return [Finding(f"mapping{place.rstrip('`')}", "malformed_mapping", "error", {"problem": text})]
    return mapping_findings(rules) or rules


def mapping_findings(rules: MappingRules) -> list[Finding]:
    """Name everything that is wrong with a mapping, whatever file it will meet."""
    found = [_wrong(f"fields.{name}", "unknown_field") for name in sorted(rules.fields.keys() - FIELDS)]
    found += [_wrong(f"fields.{name}", "field_needed") for name in REQUIRED if name not in rules.fields]
    found += [
        _wrong(f"fields.{name}", "field_without_source")
        for name, rule in rules.fields.items()
        if not (rule.columns or rule.constant or rule.default)
    ]
    found += [
        _wrong(f"fields.{name}.formats", "malformed_format", value=pattern)
        for name, rule in rules.fields.items()
        for pattern in rule.formats
        if name not in INSTANTS or "%" not in pattern
    ]
    found += [
        _wrong("not_supplied", "unknown_field", value=name)
        for name in rules.not_supplied
        if name not in NOT_SUPPLIED_FIELDS
    ]
    if "sku" not in rules.fields and "goods" not in rules.not_supplied:
        found.append(_wrong("fields.sku", "field_needed"))
    found += [_wrong("filters", "field_needed") for rule in rules.filters if not rule.when]
    if rules.time_zone not in _zones():
        found.append(_wrong("time_zone", "unknown_time_zone", value=rules.time_zone))
    if rules.currency not in money.CURRENCIES:
        found.append(_wrong("currency", "unknown_currency", value=rules.currency))
    if len(rules.delimiter) > 1:
        found.append(_wrong("delimiter", "malformed_mapping", problem=rules.delimiter))
    return found


def _wrong(place: str, code: str, **params: str) -> Finding:
    return Finding(place, code, "error", params)


@cache
def _zones() -> frozenset[str]:
    """Name every time zone; looking them up reads the whole folder of zones."""
    return frozenset(available_timezones())
