"""Who counts what: where goods lie, which class they are of, and how they are dealt out on sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

CLASSES = ("A", "B", "C")


class ZoneFacts(Struct, frozen=True):
    """A zone of a warehouse."""

    code: str
    storage_class: str
    purpose: str


class Sheet(Struct, frozen=True):
    """What one person counts in one zone; nobody named: whoever takes it."""

    zone: str
    counter: str
    keys: tuple[int, ...]


def zone_of(storage_class: str, condition: str, zones: Sequence[ZoneFacts]) -> str:
    """Tell the zone goods lie in: what is not sellable in quarantine where there is one, else the fit storage zone.

    Empty where the warehouse has no fit zone. Of several fit ones it is the first by code.
    """
    ordered = sorted(zones, key=lambda zone: zone.code)
    if condition != "sellable":
        apart = [zone.code for zone in ordered if zone.purpose == "quarantine"]
        if apart:
            return apart[0]
    fit = [zone.code for zone in ordered if zone.purpose == "storage" and zone.storage_class == storage_class]
    return fit[0] if fit else ""


def abc_classes(values: Mapping[int, int], *, a_share: float, b_share: float) -> dict[int, str]:
    """Sort items into classes by the value of what is asked for: item → yearly value gives item → A, B or C.

    Method: items in falling order of value; A until their cumulative share of the total reaches `a_share`, then B until
    `b_share`, the rest C. What crosses a bound still belongs to the class before it; what nobody asks for is C.
    Units: minor currency units; share 0–1. Source: H. F. Dickie, ABC Inventory Analysis Shoots for Dollars not Pennies,
    Factory Management and Maintenance 109 (1951); bounds 80 and 95 per cent as in Silver, Pyke & Thomas, Inventory and
    Production Management in Supply Chains, 4th ed., ch. 2.
    """
    total = sum(max(0, value) for value in values.values())
    a_bound, b_bound = Fraction(a_share) * total, Fraction(b_share) * total
    found, before = {}, 0
    for item in sorted(values, key=lambda item: (-values[item], item)):
        value = max(0, values[item])
        found[item] = "C" if not value else "A" if before < a_bound else "B" if before < b_bound else "C"
        before += value
    return found


def split(by_zone: Mapping[str, Sequence[int]], counters: Sequence[str], *, most: int) -> list[Sheet]:
    """Deal what lies in zones out on sheets: one per zone and counter, each a run of the zone's order.

    Where a sheet would have more than `most` lines a counter gets several, one beside the other. The shares of one zone
    differ by one line at most. With no counter named sheets are anybody's.
    """
    people = list(dict.fromkeys(counters)) or [""]
    sheets, turn = [], 0
    for zone in sorted(by_zone):
        keys = list(by_zone[zone])
        sharing = min(len(people), len(keys))
        parts = max(sharing, -(-len(keys) // most))
        begin = 0
        for part in range(parts):
            size = len(keys) // parts + (part < len(keys) % parts)
            who = people[(turn + part * sharing // parts) % len(people)]
            sheets.append(Sheet(zone, who, tuple(keys[begin : begin + size])))
            begin += size
        turn += sharing
    return sheets


class Again(Struct, frozen=True):
    """A line to be counted again, and who may not: whoever counted it before."""

    key: int
    zone: str
    counted_by: tuple[str, ...]


def deal_again(lines: Sequence[Again], counters: Collection[str], *, most: int) -> tuple[list[Sheet], list[int]]:
    """Deal lines to people who have not counted them, evenly; returns the sheets, and the lines nobody is left for.

    No sheet has more than `most` lines. With no counter named sheets are anybody's who counted none of their lines.
    """
    if not counters:
        open_: dict[str, list[int]] = defaultdict(list)
        for line in lines:
            open_[line.zone].append(line.key)
        return [sheet for zone, keys in sorted(open_.items()) for sheet in _cut(zone, "", keys, most)], []
    load = dict.fromkeys(dict.fromkeys(counters), 0)
    dealt: dict[tuple[str, str], list[int]] = defaultdict(list)
    left = []
    for line in lines:
        fit = [one for one in load if one not in line.counted_by]
        if not fit:
            left.append(line.key)
            continue
        # Whoever has something of the zone already goes on there while nobody has fewer lines.
        least = min(load[one] for one in fit)
        chosen = min((one for one in fit if load[one] == least), key=lambda one: (line.zone, one) not in dealt)
        load[chosen] += 1
        dealt[line.zone, chosen].append(line.key)
    return [sheet for (zone, who), keys in sorted(dealt.items()) for sheet in _cut(zone, who, keys, most)], left


def _cut(zone: str, counter: str, keys: Sequence[int], most: int) -> list[Sheet]:
    """Cut what one person counts in a zone into sheets of at most so many lines."""
    return [Sheet(zone, counter, tuple(keys[begin : begin + most])) for begin in range(0, len(keys), most)]
