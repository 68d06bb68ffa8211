"""Which pieces of an order may be claimed: they were sent, still count, and no case claims them. Source: RET-2."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct


class Bought(Struct, frozen=True):
    """One line of an order. Units: pieces that still count."""

    line_id: int
    item_id: int
    wanted: int
    stocked: bool = True


def pieces_sent(
    lines: Sequence[Bought],
    sent: Mapping[int, int],
    components: Mapping[int, Mapping[int, int]],
    *,
    whole: bool,
) -> dict[int, int]:
    """Tell how many pieces of each line were sent, from what left the house by item.

    Several lines of one item share what left in their order; a bundle was sent as often as all it consists of was. What
    has no stock is sent with the rest. `whole`: all of the order is known to have left.
    """
    left = dict(sent)
    found: dict[int, int] = {}
    for line in lines:
        if whole or not line.stocked:
            found[line.line_id] = line.wanted if whole or sent else 0
            continue
        parts = components.get(line.item_id, {line.item_id: 1})
        units = min((left.get(part, 0) // each for part, each in parts.items()), default=0)
        found[line.line_id] = taken = min(units, line.wanted)
        for part, each in parts.items():
            left[part] = left.get(part, 0) - taken * each
    return found


def free_positions(sent: int, claimed: Collection[int], wanted: int) -> list[int]:
    """Choose which pieces of a line to claim: the first that nobody claims; fewer than wanted where there are fewer."""
    return [position for position in range(1, sent + 1) if position not in claimed][: max(wanted, 0)]
