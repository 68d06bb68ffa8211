"""A mapping as a person edits it: one row per field, and back to the data that is stored."""

from __future__ import annotations

import json
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from steward.kernel.findings import Finding
from steward.modules.orders.rules.drafts import NOT_SUPPLIED_FIELDS
from steward.modules.orders.rules.mapping_shape import INSTANTS

# In the order in which a person thinks of them.
FIELDS: tuple[tuple[Any, tuple[tuple[str, Any], ...]], ...] = (
    (
        _("Order"),
        (
            ("external_number", _("Number in the shop")),
            ("placed_at", _("Placed at")),
            ("currency", _("Currency")),
            ("status", _("Status in the source")),
            ("shipping", _("Shipping fee")),
            ("discount", _("Discount")),
            ("total", _("Total")),
            ("note", _("Note")),
        ),
    ),
    (
        _("Lines"),
        (
            ("sku", _("SKU")),
            ("title", _("Goods")),
            ("quantity", _("Quantity")),
            ("unit_price", _("Unit price")),
            ("line_total", _("Total of the line")),
            ("line_discount", _("Discount of the line")),
            ("line_shipping", _("Shipping fee of the line")),
        ),
    ),
    (
        _("Payment"),
        (
            ("paid", _("Paid amount")),
            ("paid_at", _("Paid at")),
            ("payment_transaction", _("Transaction number")),
            ("payment_method", _("Way of payment")),
            ("payment_provider", _("Payment provider")),
            ("refund", _("Refunded amount")),
            ("refunded_at", _("Refunded at")),
        ),
    ),
    (
        _("Buyer"),
        (
            ("buyer_id", _("Buyer's number in the shop")),
            ("buyer_name", _("Buyer's name")),
            ("buyer_phone", _("Buyer's phone")),
            ("buyer_email", _("Buyer's e-mail")),
        ),
    ),
    (
        _("Recipient"),
        (
            ("recipient_name", _("Recipient's name")),
            ("recipient_phone", _("Recipient's phone")),
            ("country", _("Country")),
            ("province", _("Province")),
            ("city", _("City")),
            ("district", _("District")),
            ("address", _("Street or whole address")),
            ("postcode", _("Postcode")),
        ),
    ),
    (
        _("Where the order came from (for screening; kept sealed)"),
        (
            ("device_id", _("Device")),
            ("ip", _("Internet address (IP)")),
            ("payment_account", _("Payer's account or card fingerprint, never a card number")),
            ("registered_at", _("Buyer signed up at")),
        ),
    ),
)
NAMES = tuple(name for _group, fields in FIELDS for name, _label in fields)
PLAIN = ("time_zone", "currency", "country", "encoding", "delimiter", "sheet")
CHOICES = ("decimal", "grouping", "order_level", "unknown_sku")
SEPARATOR = " | "


def rows_of(rules: dict[str, Any], columns: list[str]) -> list[dict[str, Any]]:
    """Lay a mapping out as groups of editable rows; `columns` are those of the file at hand."""
    known = rules.get("fields", {})
    groups = []
    for label, fields in FIELDS:
        rows = []
        for name, words in fields:
            rule = known.get(name, {})
            rows.append(
                {
                    "name": name,
                    "label": words,
                    "columns": SEPARATOR.join(rule.get("columns", [])),
                    "constant": rule.get("constant", ""),
                    "default": rule.get("default", ""),
                    "table": "\n".join(f"{cell} = {value}" for cell, value in rule.get("table", {}).items()),
                    "formats": SEPARATOR.join(rule.get("formats", [])),
                    "is_instant": name in INSTANTS,
                    "optional": rule.get("optional", False),
                    "is_used": bool(rule),
                    "is_found": any(column in columns for column in rule.get("columns", [])),
                }
            )
        groups.append({"label": label, "rows": rows, "is_open": any(row["is_used"] for row in rows)})
    return groups


def rules_of(data: QueryDict, before: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    """Read the form back into a mapping; what the form does not show stays as it was."""
    findings: list[Finding] = []
    rules = {key: value for key, value in before.items() if key not in ("fields", "not_supplied", "cancellation")}
    for name in PLAIN:
        if value := data.get(name, "").strip():
            rules[name] = "\t" if value == r"\t" else value
        else:
            rules.pop(name, None)
    rules |= {name: data[name] for name in CHOICES if data.get(name)}
    rules["paid_is_net_of_refunds"] = data.get("paid_is_net_of_refunds") == "1"
    rules["not_supplied"] = [name for name in data.getlist("not_supplied") if name in NOT_SUPPLIED_FIELDS]
    if prefix := data.get("cancellation", "").strip():
        rules["cancellation"] = {"starts_with": prefix}
    try:
        rules["filters"] = json.loads(data.get("filters", "").strip() or "[]")
    except ValueError as error:
        findings.append(Finding("filters", "malformed_mapping", "error", {"problem": str(error)}))
    stored = before.get("fields", {})
    rules["fields"] = {name: rule for name in NAMES if (rule := _rule(data, name, stored.get(name, {})))}
    return rules, findings


def _rule(data: QueryDict, name: str, before: dict[str, Any]) -> dict[str, Any]:
    """Read one field's row; an empty row is no rule."""
    rule: dict[str, Any] = {}
    if columns := _parts(data.get(f"{name}.columns", "")):
        rule["columns"] = columns
    for part in ("constant", "default"):
        if value := data.get(f"{name}.{part}", "").strip():
            rule[part] = value
    if not rule:
        return {}
    if formats := _parts(data.get(f"{name}.formats", "")):
        rule["formats"] = formats
    table = {}
    for line in data.get(f"{name}.table", "").splitlines():
        cell, equals, value = line.partition("=")
        if equals:
            table[cell.strip()] = value.strip()
    if table:
        rule["table"] = table
    if data.get(f"{name}.optional") == "1":
        rule["optional"] = True
    if before.get("stand_ins"):
        rule["stand_ins"] = before["stand_ins"]
    return rule


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]
