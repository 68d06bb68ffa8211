"""What may come back in a parcel, and of which lines. Units: pieces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def too_much(wanted: Mapping[str, int], most: Mapping[str, int]) -> str | None:
    """Name the first SKU of which more, or fewer than one, is to come back than can; None where all is well."""
    return next((sku for sku, units in sorted(wanted.items()) if not 1 <= units <= most.get(sku, 0)), None)


def shared_out(wanted: Mapping[str, int], lines: Sequence[tuple[int, str, int]]) -> dict[int, int]:
    """Take wanted pieces from lines of (id, SKU, pieces), the first lines first; lines that give nothing are left out.

    Where one item was sent of two lots nobody knows which comes back until it is looked at: the first is assumed.
    """
    left = dict(wanted)
    taken: dict[int, int] = {}
    for line_id, sku, units in lines:
        if (part := min(left.get(sku, 0), units)) > 0:
            taken[line_id] = part
            left[sku] -= part
    return taken
