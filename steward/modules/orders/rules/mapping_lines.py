"""Read the lines of an order from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from steward.kernel import money
from steward.kernel.findings import Finding
from steward.modules.orders.ports import Row
from steward.modules.orders.rules.drafts import LineDraft
from steward.modules.orders.rules.mapping_outcome import Outcome, finding, read, rounded
from steward.modules.orders.rules.mapping_plan import Plan
from steward.modules.orders.rules.mapping_values import Bad


def read_lines(rows: Sequence[Row], plan: Plan, outcome: Outcome) -> tuple[list[LineDraft], int]:
    """Read the lines and the shipping they carry.

    Amounts finer than the minor unit are rounded along the running sum, so that the lines add up to the rounded sum.
    """
    usual = _usual_lines(rows, plan)
    if usual is not None:
        return usual, 0
    columns, has_price = plan.columns, "unit_price" in plan.mapped
    (sku_at, skus), (title_at, titles), (quantity_at, quantities) = (
        columns["sku"], columns["title"], columns["quantity"],
    )  # fmt: skip
    (price_at, prices), (total_at, totals) = columns["unit_price"], columns["line_total"]
    (discount_at, discounts), (shipping_at, shippings) = columns["line_discount"], columns["line_shipping"]
    needs_sku = "goods" not in plan.not_supplied
    lines: list[LineDraft] = []
    shipping, running = Decimal(0), RunningSum()
    for row in rows:
        cells = [*row.cells, ""]
        sku, title, quantity = skus[cells[sku_at]], titles[cells[title_at]], quantities[cells[quantity_at]]
        price, total = prices[cells[price_at]], totals[cells[total_at]]
        discount, freight = discounts[cells[discount_at]], shippings[cells[shipping_at]]
        bad = (
            sku.__class__ is Bad or quantity.__class__ is Bad or price.__class__ is Bad or total.__class__ is Bad
            or discount.__class__ is Bad or freight.__class__ is Bad
        )  # fmt: skip
        if bad or quantity < 1 or (needs_sku and not sku):
            outcome.findings[row.number] = _line_findings(cells, plan)
            continue
        if freight:
            shipping += freight
        if price.__class__ is int and discount.__class__ is int and ((has_price and cells[price_at]) or not total):
            lines.append(LineDraft(sku, quantity, price, discount, title))
        else:
            worth = (price * quantity if has_price and cells[price_at] else Decimal(total)) - discount
            minor = running.add(worth)
            unit = -(-minor // quantity)
            lines.append(LineDraft(sku, quantity, unit, unit * quantity - minor, title))
    return lines, rounded(shipping)


def _usual_lines(rows: Sequence[Row], plan: Plan) -> list[LineDraft] | None:
    """Read lines of SKU, title, quantity and price alone, all well; None when anything else is about them.

    This is the hot loop of an import: half a million rows come through here.
    """
    if not plan.has_usual_lines:
        return None
    columns, lines = plan.columns, []
    (sku_at, skus), (title_at, titles) = columns["sku"], columns["title"]
    (quantity_at, quantities), (price_at, prices) = columns["quantity"], columns["unit_price"]
    for row in rows:
        cells = row.cells
        sku, quantity, price = skus[cells[sku_at]], quantities[cells[quantity_at]], prices[cells[price_at]]
        if not sku or sku.__class__ is not str or quantity.__class__ is not int or price.__class__ is not int:
            return None
        if quantity < 1 or not cells[price_at]:
            return None
        lines.append(LineDraft(sku, quantity, price, 0, titles[cells[title_at]]))
    return lines


class RunningSum:
    """Round along a running sum."""

    def __init__(self) -> None:
        self._exact, self._given = Decimal(0), 0

    def add(self, amount: Decimal) -> int:
        """Return the rounded share of the next amount; never negative for what is not."""
        self._exact += amount
        share = rounded(self._exact) - self._given
        self._given += share
        return share


def _line_findings(cells: Sequence[str], plan: Plan) -> list[Finding]:
    """Name everything that is wrong with one line."""
    found = []
    for name in ("sku", "quantity", "unit_price", "line_total", "line_discount", "line_shipping"):
        value = read(cells, plan.columns[name])
        if value.__class__ is Bad:
            found.append(finding(name, value, plan))
        elif name == "quantity" and value < 1:
            found.append(finding(name, Bad("quantity_not_positive", str(value)), plan))
        elif name == "sku" and not value and "goods" not in plan.not_supplied:
            found.append(finding(name, Bad("required", ""), plan))
    return found


def price_from_total(lines: list[LineDraft], goods_minor: int) -> None:
    """Give lines without prices their shares of the order's total."""
    shares = money.allocate(max(0, goods_minor), [line.quantity for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line.unit_price_minor = -(-share // line.quantity)
        line.discount_minor = line.unit_price_minor * line.quantity - share
