"""Turn the rows of one order into a draft, or say everything that keeps them from being one."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel.findings import Finding
from steward.modules.orders.ports import Row
from steward.modules.orders.rules.mapping_lines import read_lines
from steward.modules.orders.rules.mapping_order import read_order
from steward.modules.orders.rules.mapping_outcome import CancelledLine, Outcome, finding, read, rounded
from steward.modules.orders.rules.mapping_plan import Plan
from steward.modules.orders.rules.mapping_values import MOST_PIECES, Bad


def map_group(rows: Sequence[Row], plan: Plan) -> Outcome:
    """Map the rows of one order.

    Source: ORD-1.
    """
    outcome = Outcome(rows)
    if rows[0].problem is not None:
        outcome.findings[rows[0].number] = [rows[0].problem]
        return outcome
    number = read(rows[0].cells, plan.columns["external_number"])
    cancellation = plan.rules.cancellation
    if cancellation is not None and number.__class__ is str and number.startswith(cancellation.starts_with):
        _cancelled_lines(number, rows, plan, outcome)
        return outcome
    kept = _without_set_aside(rows, plan, outcome) if plan.filters else rows
    if not kept:
        return outcome
    lines, shipping = read_lines(kept, plan, outcome)
    draft = read_order(kept, plan, outcome, lines, shipping)
    outcome.draft = None if outcome.findings else draft
    return outcome


def _without_set_aside(rows: Sequence[Row], plan: Plan, outcome: Outcome) -> Sequence[Row]:
    """Leave out the rows that a filter of the mapping knows to be no order lines."""
    kept = []
    filters = [(*rule.first, rule) for rule in plan.filters]
    for row in rows:
        cells = row.cells
        for place, holds, rule in filters:
            if holds[cells[place]] and all(also[cells[there]] for there, also in rule.others):
                outcome.set_aside.append((row, Finding("row", "set_aside", "error", {"reason": rule.reason})))
                break
        else:
            kept.append(row)
    return kept


def _cancelled_lines(number: str, rows: Sequence[Row], plan: Plan, outcome: Outcome) -> None:
    """Read a document that cancels; its quantities are negative in the source."""
    columns, lines = plan.columns, []
    for position, row in enumerate(rows, 1):
        cells = [*row.cells, ""]
        quantity, sku, at = (read(cells, columns[name]) for name in ("quantity", "sku", "placed_at"))
        price, buyer = read(cells, columns["unit_price"]), read(cells, columns["buyer_id"])
        found = [
            finding(name, read, plan)
            for name, read in (("quantity", quantity), ("sku", sku), ("placed_at", at), ("unit_price", price))
            if read.__class__ is Bad
        ]
        if quantity.__class__ is int and not -MOST_PIECES <= quantity < 0:
            found.append(finding("quantity", Bad("cancelled_quantity_not_negative", str(quantity)), plan))
        found += [
            finding(name, Bad("required", ""), plan) for name, read in (("sku", sku), ("placed_at", at)) if not read
        ]
        if found:
            outcome.findings[row.number] = found
            continue
        lines.append(CancelledLine(number, position, sku, -quantity, rounded(price * -quantity), at, buyer))
    outcome.cancelled = [] if outcome.findings else lines
