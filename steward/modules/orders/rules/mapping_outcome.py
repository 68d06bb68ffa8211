"""What mapping the rows of one order gives, and the few words its parts share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct, field

from steward.kernel.findings import Finding
from steward.modules.orders.ports import Row
from steward.modules.orders.rules.drafts import OrderDraft
from steward.modules.orders.rules.mapping_plan import Column, Plan
from steward.modules.orders.rules.mapping_values import Bad


class CancelledLine(Struct):
    """One line of a document that cancels. Units: minor currency units, both numbers positive."""

    external_number: str
    position: int
    sku: str
    quantity: int
    amount_minor: int
    cancelled_at: datetime
    buyer_id: str


class Outcome(Struct):
    """What became of the rows of one order: a draft or cancelled lines; rows set aside; rows with findings.

    One row with a finding sends the whole order back: a part of an order would be a wrong order.
    """

    rows: Sequence[Row]
    draft: OrderDraft | None = None
    cancelled: list[CancelledLine] = field(default_factory=list)
    set_aside: list[tuple[Row, Finding]] = field(default_factory=list)
    findings: dict[int, list[Finding]] = field(default_factory=dict)

    @property
    def sent_back(self) -> list[tuple[Row, list[Finding]]]:
        """Return the rows that go back, each with what was found on it."""
        back = [(row, [finding]) for row, finding in self.set_aside]
        if self.findings:
            aside = {row.number for row, _ in self.set_aside}
            sibling = [Finding("row", "order_has_other_findings", "error")]
            back += [(row, self.findings.get(row.number, sibling)) for row in self.rows if row.number not in aside]
        return back


def read(cells: Sequence[str], column: Column) -> Any:
    """Read one field of a row; what is not mapped reads as an empty cell."""
    place, remembered = column
    return remembered[cells[place] if place < len(cells) else ""]


def finding(name: str, bad: Bad, plan: Plan) -> Finding:
    """Put a value that cannot be read into a finding that names its column."""
    return Finding(name, bad.code, "error", {"value": bad.value, "column": plan.source_columns.get(name, "")})


def rounded(amount: int | Decimal) -> int:
    """Round an amount half up, once. Units: minor currency units."""
    return amount if isinstance(amount, int) else int(amount.to_integral_value(ROUND_HALF_UP))
