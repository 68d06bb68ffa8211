"""Decide about one scan at the packing table: which line it is for, or why it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Refused = Literal["", "wrong_item", "wrong_lot", "too_many", "unreadable"]
# Between the SKU and the lot on a label of ours.
LOT_MARK = "#"


class Wanted(Struct, frozen=True):
    """One line that is picked. Units: pieces."""

    line_id: int
    sku: str
    barcode: str
    lot_code: str
    quantity: int
    picked: int

    @property
    def left(self) -> int:
        """Return how many are still to be scanned."""
        return self.quantity - self.picked


class Scanned(Struct, frozen=True):
    """What a scan said: the line it counts for, or why it counts for none."""

    line_id: int | None
    refused: Refused = ""


def read_code(text: str) -> tuple[str, str]:
    """Split what a scanner typed into SKU (or the goods' own barcode) and lot; empty where the label names no lot."""
    sku, _mark, lot = text.strip().partition(LOT_MARK)
    return sku.strip().upper(), lot.strip().upper()


def scanned(text: str, lines: Sequence[Wanted], *, units: int = 1) -> Scanned:
    """Find the line a scan counts for: the right item, of the right lot where the label names it, not one too many.

    Source: LOG-4.
    """
    sku, lot = read_code(text)
    if not sku or units < 1:
        return Scanned(None, "unreadable")
    of_item = [line for line in lines if sku in (line.sku.upper(), line.barcode.upper())]
    if not of_item:
        return Scanned(None, "wrong_item")
    of_lot = [line for line in of_item if not lot or line.lot_code.upper() == lot]
    if not of_lot:
        return Scanned(None, "wrong_lot")
    fitting = next((line for line in of_lot if line.left >= units), None)
    return Scanned(fitting.line_id) if fitting else Scanned(None, "too_many")


def all_picked(lines: Sequence[Wanted]) -> bool:
    """Tell whether nothing is left to be scanned."""
    return all(line.left == 0 for line in lines)
