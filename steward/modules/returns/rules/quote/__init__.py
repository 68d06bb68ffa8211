"""What goes back for what is returned of an order, to the minor unit, and why. Source: RET-4; docs/decisions/0033.

`shapes` says what an order cost, what goes back of it, and the lines of the answer; `sharing` gives every piece its
price after discounts; `worth` values what is kept; `parts` tells the difference; `reckoning` puts them together.
"""

from steward.modules.orders.rules.adjusting import Adjustment
from steward.modules.returns.rules.quote.reckoning import quote
from steward.modules.returns.rules.quote.shapes import (
    DEDUCTIONS,
    PARTS,
    LineMoney,
    OrderMoney,
    Quote,
    QuotePart,
    Taken,
    Terms,
)

__all__ = [
    "DEDUCTIONS",
    "PARTS",
    "Adjustment",
    "LineMoney",
    "OrderMoney",
    "Quote",
    "QuotePart",
    "Taken",
    "Terms",
    "quote",
]
