"""Read what concerns a whole order: who, where, when, how much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from steward.kernel.findings import Finding
from steward.modules.orders.ports import Row
from steward.modules.orders.rules.drafts import BuyerDraft, LineDraft, OrderDraft, OriginDraft, RecipientDraft
from steward.modules.orders.rules.mapping_lines import price_from_total
from steward.modules.orders.rules.mapping_outcome import Outcome, finding, read, rounded
from steward.modules.orders.rules.mapping_payments import payments_of
from steward.modules.orders.rules.mapping_plan import Plan
from steward.modules.orders.rules.mapping_values import Bad

MOST_LINES = 5_000


def read_order(
    rows: Sequence[Row], plan: Plan, outcome: Outcome, lines: list[LineDraft], line_shipping: int
) -> OrderDraft | None:
    """Read what concerns the whole order from its first row."""
    first = rows[0]
    value = _order_values(first, plan, outcome)
    _check_agreement(rows, plan, outcome)
    if value["status"] == "set_aside":
        outcome.set_aside += [(row, Finding("row", "set_aside_by_status", "error")) for row in rows]
        outcome.findings.clear()
        return None
    if len(rows) > MOST_LINES:
        outcome.findings.setdefault(first.number, []).append(Finding("lines", "too_many_lines", "error"))
    if outcome.findings:
        return None
    shipping, discount = rounded(value["shipping"]) + line_shipping, rounded(value["discount"])
    total = rounded(value["total"]) if _is_given("total", first, plan) else None
    if total is not None and not {"unit_price", "line_total"} & plan.mapped:
        price_from_total(lines, total - shipping + discount)
    payments, refunds = payments_of(value, plan, total)
    return OrderDraft(
        shop=plan.shop,
        external_number=value["external_number"],
        placed_at=value["placed_at"],
        currency=value["currency"] or plan.rules.currency,
        lines=lines,
        buyer=BuyerDraft(value["buyer_id"], value["buyer_name"], value["buyer_phone"], value["buyer_email"]),
        recipient=RecipientDraft(
            value["recipient_name"],
            value["recipient_phone"],
            value["country"],
            value["province"],
            value["city"],
            value["district"],
            value["address"],
            value["postcode"],
        ),
        shipping_minor=shipping,
        discount_minor=discount,
        total_minor=total,
        payments=payments,
        refunds=refunds,
        note=value["note"],
        not_supplied=list(plan.not_supplied),
        origin=_origin(value),
    )


def _origin(value: dict[str, Any]) -> OriginDraft | None:
    """Read where the order came from, for screening; None where the source says nothing of it, like most do."""
    device, ip, account = value["device_id"], value["ip"], value["payment_account"]
    registered_at = value["registered_at"]
    if not (device or ip or account or registered_at):
        return None
    return OriginDraft(device_id=device, ip=ip, payment_account=account, registered_at=registered_at)


_ORDER_FIELDS = (
    "external_number", "placed_at", "currency", "status", "note", "shipping", "discount", "total", "paid", "paid_at",
    "payment_transaction", "payment_method", "payment_provider", "refund", "refunded_at", "buyer_id", "buyer_name",
    "buyer_phone", "buyer_email", "recipient_name", "recipient_phone", "country", "province", "city", "district",
    "address", "postcode", "device_id", "ip", "payment_account", "registered_at",
)  # fmt: skip


def _order_values(first: Row, plan: Plan, outcome: Outcome) -> dict[str, Any]:
    """Read the order's own fields, and note what is wrong with them."""
    cells, columns = [*first.cells, ""], plan.columns
    value = {}
    for name in _ORDER_FIELDS:
        place, remembered = columns[name]
        value[name] = remembered[cells[place]]
    bad = [finding(name, found, plan) for name, found in value.items() if found.__class__ is Bad]
    bad += [finding(name, Bad("required", ""), plan) for name in ("external_number", "placed_at") if not value[name]]
    if value["currency"] and value["currency"] != plan.rules.currency and value["currency"].__class__ is str:
        bad.append(finding("currency", Bad("other_currency", value["currency"]), plan))
    if bad:
        outcome.findings.setdefault(first.number, []).extend(bad)
    return value


def _check_agreement(rows: Sequence[Row], plan: Plan, outcome: Outcome) -> None:
    """Note rows that say something else of the whole order than its first row."""
    if plan.order_cells is None or len(rows) == 1:
        return
    told = plan.order_cells(rows[0].cells)
    for row in rows[1:]:
        if plan.order_cells(row.cells) != told:
            different = [
                plan.source_columns[name]
                for name in plan.order_names
                if read(row.cells, plan.columns[name]) != read(rows[0].cells, plan.columns[name])
            ]
            if different:
                found = Finding("row", "differs_within_order", "error", {"columns": ", ".join(different)})
                outcome.findings.setdefault(row.number, []).append(found)


def _is_given(name: str, row: Row, plan: Plan) -> bool:
    """Tell whether the row itself carries the field."""
    place = plan.columns[name][0]
    return place < len(row.cells) and bool(row.cells[place].strip())
