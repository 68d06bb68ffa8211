"""What a sensible movement is, and which kinds there are."""

from __future__ import annotations

INWARD = ("received", "returned", "transferred_in")
OUTWARD = ("shipped", "transferred_out", "written_off")
EITHER_WAY = ("adjusted", "regraded", "counted")
KINDS = INWARD + OUTWARD + EITHER_WAY
# What somebody may book by hand; the rest is written by the work it belongs to (a transfer, a count, a write-off).
BY_HAND = ("received", "shipped", "adjusted", "returned")
NEED_REASON = ("adjusted", "written_off", "regraded")
CONDITIONS = ("sellable", "quarantine", "damaged")


def fault(kind: str, quantity: int, reason: str, condition: str) -> str:
    """Name what is wrong with a movement by itself: unknown_kind, counts_up, counts_down, counts_zero, ….

    Empty when nothing is. Units: pieces.
    """
    if kind not in KINDS:
        return "unknown_kind"
    if condition not in CONDITIONS:
        return "unknown_condition"
    if quantity == 0:
        return "counts_zero"
    if kind in INWARD and quantity < 0:
        return "counts_up"
    if kind in OUTWARD and quantity > 0:
        return "counts_down"
    return "reason_missing" if kind in NEED_REASON and not reason.strip() else ""
