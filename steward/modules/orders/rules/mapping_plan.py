"""Compile a mapping for the columns of one file, so that each row costs a few look-ups."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any

from msgspec import Struct, field

from steward.kernel.findings import Finding
from steward.modules.orders.rules import mapping_values as values
from steward.modules.orders.rules.mapping_shape import (
    FIELDS,
    GIVEN_BY,
    INSTANTS,
    LINE_FIELDS,
    Condition,
    FieldRule,
    MappingRules,
)

LONGEST = {
    "external_number": 80, "sku": 64, "postcode": 20, "address": 1000, "note": 1000,
    "payment_transaction": 80, "payment_method": 40, "payment_provider": 40, "currency": 3,
    "device_id": 120, "ip": 45, "payment_account": 120,
}  # fmt: skip
AMOUNTS = frozenset(
    {"shipping", "discount", "total", "paid", "refund", "unit_price", "line_total", "line_discount", "line_shipping"}
)

Column = tuple[int, values.Remembered]
USUAL = frozenset({"sku", "title", "quantity", "unit_price"})
UNUSUAL = LINE_FIELDS - USUAL


class RowFilter(Struct):
    """A compiled filter."""

    first: Column
    others: list[Column]
    reason: str


class Plan(Struct):
    """A mapping bound to the columns of a file; an unmapped field reads the blank cell behind the last column."""

    shop: str
    code: str
    rules: MappingRules
    columns: dict[str, Column]
    key: int | None
    order_cells: Callable[[Sequence[str]], Any] | None
    order_names: list[str]
    filters: list[RowFilter]
    not_supplied: list[str]
    mapped: frozenset[str]
    has_usual_lines: bool
    source_columns: dict[str, str] = field(default_factory=dict)


def compiled(rules: MappingRules, header: Sequence[str], *, shop: str, code: str) -> Plan | list[Finding]:
    """Bind the mapping to a header, or name every column that is missing."""
    places = _places(header)
    sources = {name: _source(rule, places) for name, rule in rules.fields.items()}
    findings = [
        Finding(f"fields.{name}", "column_missing", "error", {"columns": " / ".join(rule.columns)})
        for name, rule in rules.fields.items()
        if sources[name] is None and rule.columns and not (rule.optional or rule.constant)
    ]
    findings += [
        Finding("filters", "column_missing", "error", {"columns": condition.column})
        for rule in rules.filters
        for condition in rule.when
        if _normal(condition.column) not in places
    ]
    if findings:
        return findings
    at = {name: places[_normal(source)] for name, source in sources.items() if source is not None}
    mapped = frozenset(name for name, rule in rules.fields.items() if name in at or rule.constant or rule.default)
    order_names = sorted(name for name in at if name not in LINE_FIELDS)
    order_places = sorted({at[name] for name in order_names})
    return Plan(
        shop=shop,
        code=code,
        rules=rules,
        columns={name: (at.get(name, len(header)), _reader(name, rules)) for name in FIELDS},
        key=at["external_number"] if rules.grouping == "key" and "external_number" in at else None,
        order_cells=itemgetter(*order_places) if rules.order_level == "agree" and order_places else None,
        order_names=order_names,
        filters=[
            RowFilter(first, others, rule.reason)
            for rule in rules.filters
            for first, *others in [[(places[_normal(c.column)], _condition(c, rules)) for c in rule.when]]
        ],
        not_supplied=_not_supplied(rules, mapped, sources),
        mapped=mapped,
        has_usual_lines=at.keys() >= USUAL and not UNUSUAL & mapped,
        source_columns={name: source for name, source in sources.items() if source is not None},
    )


def _normal(name: str) -> str:
    """Compare names of columns without regard to width, case and surrounding blanks."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _places(header: Sequence[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(_normal(name), place)
    return places


def _source(rule: FieldRule, places: dict[str, int]) -> str | None:
    """Return the first of the rule's columns that the file has."""
    return next((name for name in (*rule.columns, *rule.stand_ins) if _normal(name) in places), None)


def _not_supplied(rules: MappingRules, mapped: frozenset[str], sources: dict[str, str | None]) -> list[str]:
    """Name what this file does not carry: what the mapping says, and optional fields whose columns are absent."""
    absent = {
        name
        for name, givers in GIVEN_BY.items()
        if any(giver in rules.fields for giver in givers) and not mapped.intersection(givers)
    }
    stood_in = {
        name for name, rule in rules.fields.items() if sources[name] is not None and sources[name] in rule.stand_ins
    }
    return sorted({*rules.not_supplied, *absent, *stood_in.intersection(GIVEN_BY)})


def _reader(name: str, rules: MappingRules) -> values.Remembered:
    """Choose how a field's cells are read."""
    rule = rules.fields.get(name, FieldRule())
    read: Callable[[str], Any]
    if name in AMOUNTS:
        read = values.amount(rules.currency, rules.decimal)
    elif name in INSTANTS:
        read = values.instant(rules.time_zone, rule.formats)
    elif name == "quantity":
        read = values.pieces
    elif name == "title":
        read = values.title
    elif name == "status":
        read = values.status
    elif name == "country":
        read = values.country(rules.country)
    else:
        read = values.words(LONGEST.get(name, 200))
    return values.reader(rule, read)


def _condition(condition: Condition, rules: MappingRules) -> values.Remembered:
    """Compile one condition of a filter."""
    wanted, op = condition.value.strip(), condition.op
    texts: dict[str, Callable[[str], bool]] = {
        "empty": lambda text: not text.strip(),
        "not_empty": lambda text: bool(text.strip()),
        "starts_with": lambda text: text.strip().startswith(wanted),
    }
    if op in texts:
        return values.Remembered(texts[op])
    return values.Remembered(lambda text: _compares(text.strip(), op, wanted, rules.decimal))


def _compares(text: str, op: str, wanted: str, decimal: str) -> bool:
    """Compare as numbers where both are numbers, else as texts (only for equality)."""
    number, limit = values.plain_number(text, decimal), values.plain_number(wanted)
    if number is None or limit is None:
        return text == wanted if op == "=" else op == "!=" and text != wanted
    left, right = Decimal(number), Decimal(limit)
    return {
        "=": left == right,
        "!=": left != right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[op]
