"""What a buyer can be offered when goods are short, and what each choice does to lines, total and money.

Two identities hold for every choice: lines − discount + shipping changes by as much as the total does, and what goes
back is never more than the total falls by, nor more than is held above the new total. Source: ORD-4.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct, structs

from steward.modules.orders.rules import change_effects

Kind = Literal["wait", "substitute", "partial", "split", "cancel"]
ANSWERS: tuple[Kind, ...] = ("wait", "substitute", "partial", "split", "cancel")
STATES = ("open", "answered", "expired", "withdrawn")
MOST_SUBSTITUTES = 3


Line = change_effects.Line


class StandIn(Struct, frozen=True):
    """An item that may stand in for another. Units: minor currency units."""

    item_id: int
    price_minor: int


class Facts(Struct, frozen=True, kw_only=True):
    """All that decides what can be offered. `free` says what may be promised of an item; `held_minor` is what the
    customer has paid and not been promised back. Units: minor currency units, pieces.
    """

    lines: Sequence[Line]
    free: Mapping[int, int]
    stand_ins: Mapping[int, Sequence[StandIn]]
    total_minor: int
    discount_minor: int
    held_minor: int
    absorbed_minor: int
    can_split: bool = False


class Choice(Struct, frozen=True, kw_only=True):
    """One answer with its terms. `code` changes when any term does, so that nobody agrees to what they did not see."""

    kind: Kind
    lines: tuple[Line, ...] = ()
    total_minor: int = 0
    discount_minor: int = 0
    refund_minor: int = 0
    extra_minor: int = 0
    replaced: tuple[tuple[int, int], ...] = ()

    @property
    def code(self) -> str:
        """Return what names this answer and its terms."""
        if self.kind in ("wait", "cancel"):
            return self.kind
        terms = msgspec.json.encode((self.lines, self.total_minor, self.refund_minor, self.extra_minor))
        return f"{self.kind}-{hashlib.sha256(terms).hexdigest()[:12]}"


def wanted_units(lines: Iterable[Line]) -> dict[int, int]:
    """Add up what lines want of stocked items: item → pieces."""
    units: Counter[int] = Counter()
    for line in lines:
        if line.stocked and line.wanted > 0:
            units[line.item_id] += line.wanted
    return dict(units)


def missing_units(facts: Facts) -> dict[int, int]:
    """Tell what cannot be promised: item → pieces."""
    return short_units(wanted_units(facts.lines), facts.free)


def short_units(wanted: Mapping[int, int], free: Mapping[int, int]) -> dict[int, int]:
    """Tell by how many pieces what is wanted is more than what is free: item → pieces."""
    left = {item: units - max(0, free.get(item, 0)) for item, units in wanted.items()}
    return {item: units for item, units in left.items() if units > 0}


def free_whole(
    wanted: Mapping[int, int], shelf: Mapping[int, int], components: Mapping[int, Mapping[int, int]]
) -> dict[int, int]:
    """Tell what is free of each wanted item, of bundles by what is free of their components.

    Goods that several want, because they stand alone or in two bundles, are counted once, in the order of `wanted`.
    """
    left, found = dict(shelf), {}
    for item, units in wanted.items():
        parts = components.get(item, {item: 1})
        whole = max(0, min(left.get(part, 0) // each for part, each in parts.items()))
        found[item] = whole
        for part, each in parts.items():
            left[part] = left.get(part, 0) - min(whole, units) * each
    return found


def choices(facts: Facts) -> list[Choice]:
    """List what can be offered now: waiting and cancelling always, the others where goods and prices allow it."""
    short = missing_units(facts)
    partial = _partial(facts, short)
    split = _split(facts, partial) if partial and facts.can_split else None
    return [
        Choice(kind="wait", total_minor=facts.total_minor),
        *_substitutes(facts, short),
        *([partial] if partial else []),
        *([split] if split else []),
        Choice(kind="cancel", refund_minor=max(0, facts.held_minor)),
    ]


def find(facts: Facts, code: str) -> Choice | None:
    """Find the choice of a code among those that can be offered now; None where its terms no longer hold."""
    return next((one for one in choices(facts) if one.code == code), None)


def _partial(facts: Facts, short: Mapping[int, int]) -> Choice | None:
    """Offer what is there, and the money for the rest; None where nothing is there, or nothing is short."""
    if not short:
        return None
    free = dict(facts.free)
    kept = [_kept(line, free) for line in facts.lines]
    if not any(line.wanted > 0 for line in kept):
        return None
    before, after = (sum(line.net_minor for line in lines) for lines in (facts.lines, kept))
    discount = _discount_left(facts.discount_minor, before, after)
    falls = min((before - facts.discount_minor) - (after - discount), facts.total_minor)
    total = facts.total_minor - falls
    return Choice(
        kind="partial",
        lines=tuple(kept),
        total_minor=total,
        discount_minor=discount,
        refund_minor=refund_minor(falls_minor=falls, held_minor=facts.held_minor, total_minor=total),
    )


def _split(facts: Facts, partial: Choice) -> Choice | None:
    """Offer what is there now, and the rest as a second order when it comes: no money moves, all is still bought.

    The total is what the first of the two costs. None where nothing would wait.
    """
    kept = {line.id: line.wanted for line in partial.lines}
    before = change_effects.Amounts(
        lines=tuple(facts.lines),
        shipping_minor=0,
        discount_minor=facts.discount_minor,
        total_minor=facts.total_minor,
    )
    parts = change_effects.parted(before, waiting_shares(facts.lines, kept))
    if parts is None:
        return None
    now = parts[0]
    return Choice(kind="split", lines=now.lines, total_minor=now.total_minor, discount_minor=now.discount_minor)


def waiting_shares(lines: Sequence[Line], kept: Mapping[int, int]) -> list[change_effects.Share]:
    """Tell how many pieces of each line wait for goods, given how many of each are there."""
    waiting = ((line.id, line.wanted - kept.get(line.id, 0)) for line in lines)
    return [change_effects.Share(id_, pieces) for id_, pieces in waiting if pieces > 0]


def _kept(line: Line, free: dict[int, int]) -> Line:
    """Lower a line to what is there, and take that from what is free; the buyer keeps the odd cent of a discount."""
    if not line.stocked:
        return line
    there = min(line.wanted, max(0, free.get(line.item_id, 0)))
    free[line.item_id] = free.get(line.item_id, 0) - there
    quantity = line.cancelled + there
    discount = -(-line.discount_minor * quantity // line.quantity)
    return structs.replace(line, quantity=quantity, discount_minor=discount)


def _discount_left(discount_minor: int, before_minor: int, after_minor: int) -> int:
    """Lower the discount of an order with its lines, in the buyer's favour; the total never rises by it."""
    if discount_minor >= before_minor:
        return discount_minor - (before_minor - after_minor)
    return min(after_minor, -(-discount_minor * after_minor // before_minor))


def refund_minor(*, falls_minor: int, held_minor: int, total_minor: int) -> int:
    """Compute what goes back when a total falls: no more than it falls by, and only what is held above the new one.

    Units: minor currency units.
    """
    return max(0, min(falls_minor, held_minor - total_minor))


def _substitutes(facts: Facts, short: Mapping[int, int]) -> list[Choice]:
    """Offer stand-ins for all that is short: each that fits for one item, the first that fit for several."""
    if not short or any(not facts.stand_ins.get(item) for item in short):
        return []
    if len(short) == 1:
        item = next(iter(short))
        found = [_replacing(facts, {item: one}) for one in facts.stand_ins[item]]
        return [one for one in found if one is not None][:MOST_SUBSTITUTES]
    chosen: dict[int, StandIn] = {}
    for item in sorted(short):
        fitting = (one for one in facts.stand_ins[item] if _fits(facts, {**chosen, item: one}, only=one.item_id))
        first = next(fitting, None)
        if first is None:
            return []
        chosen[item] = first
    whole = _replacing(facts, chosen)
    return [whole] if whole else []


def _fits(facts: Facts, chosen: Mapping[int, StandIn], *, only: int | None = None) -> bool:
    lines = [_replaced(line, chosen, raised=False) for line in facts.lines]
    units = wanted_units(lines)
    return all(need <= facts.free.get(item, 0) for item, need in units.items() if only in (None, item))


def _replacing(facts: Facts, chosen: Mapping[int, StandIn]) -> Choice | None:
    """Put stand-ins into the lines. The same or a lower price keeps the total; a higher one is absorbed up to the
    limit, or paid by the customer whole. Lines of which the source cancelled pieces stay as they are.
    """
    gone = any(line.cancelled and line.item_id in chosen for line in facts.lines)
    if gone or not _fits(facts, chosen):
        return None
    dearer = sum(
        max(0, chosen[line.item_id].price_minor - line.unit_price_minor) * line.quantity
        for line in facts.lines
        if line.stocked and line.item_id in chosen
    )
    extra = dearer if dearer > facts.absorbed_minor else 0
    return Choice(
        kind="substitute",
        lines=tuple(_replaced(line, chosen, raised=extra > 0) for line in facts.lines),
        total_minor=facts.total_minor + extra,
        discount_minor=facts.discount_minor,
        extra_minor=extra,
        replaced=tuple((item, one.item_id) for item, one in sorted(chosen.items())),
    )


def _replaced(line: Line, chosen: Mapping[int, StandIn], *, raised: bool) -> Line:
    one = chosen.get(line.item_id) if line.stocked else None
    if one is None:
        return line
    price = max(line.unit_price_minor, one.price_minor) if raised else line.unit_price_minor
    return structs.replace(line, item_id=one.item_id, unit_price_minor=price)
