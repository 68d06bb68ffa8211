"""How a carrier's sheet becomes tiers: which column means what is data, so that a new shape needs no code.

A mapping names the columns of places and, for each `tier` a row of the sheet stands for, where its bounds and prices
are: a text names a column (several names it may have, split by |), a number is itself. So one row may hold first and
additional weight (one tier), a price per bracket (a tier per column), or one tier of many rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from msgspec import Struct

from steward.kernel import money
from steward.modules.logistics.rules.carriers import MOST_DAYS
from steward.modules.logistics.rules.tariffs import HEAVIEST_G, Fault, Tier

Cell = str | int | float | None
Record = Mapping[str, str]
MOST_DIGITS = 12
UNITS_G = {"kg": 1_000, "g": 1, "t": 1_000_000, "jin": 500}
NOTHING = frozenset({"", "-", "—", "/", "无", "none", "null", "nan"})
ENDLESS = frozenset({"inf", "infinity", "∞", "以上", "max", "不限"})


class TierMapping(Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Where one tier's bounds and prices stand; weights in the mapping's unit, prices in whole currency units."""

    from_: Cell = 0
    to: Cell = None
    base: Cell = None
    included: Cell = None
    step: Cell = None
    per_kg: Cell = None
    per_m3: Cell = None
    minimum: Cell = None
    needed: bool = True


class TariffMapping(Struct, frozen=True, forbid_unknown_fields=True):
    """How a sheet is read.

    `records` is the path to the rows in a JSON file, `sheet` the sheet of a workbook ("": the first). `lower_step`:
    sheets that write 11–300, 301–800 mean that 300 belongs to the first; a lower bound that far above the end before
    it is that end. `unlimited_from`: a bound that big is none. `zero_is_none`: a price of 0 means: not offered.
    """

    destination: str
    tiers: list[TierMapping]
    origin: str = ""
    lead_min: Cell = None
    lead_max: Cell = None
    weight_unit: str = "kg"
    currency: str = "CNY"
    records: str = ""
    sheet: str = ""
    regions: dict[str, list[str]] = {}
    from_regions: tuple[str, ...] = ("",)
    lower_step: float = 0
    unlimited_from: float = 99_999
    zero_is_none: bool = True
    round_up: float = 0
    lower_break: bool = False


class Lead(Struct, frozen=True):
    """The days a sheet states for a lane."""

    origin: str
    region: str
    days_min: int
    days_max: int


class Read(Struct):
    """What a sheet says: rows of tiers by origin and region, days where it states them, and what is wrong."""

    rows: list[tuple[str, str, Tier]] = []
    leads: list[Lead] = []
    faults: list[Fault] = []


def converted(content: Mapping[str, Any]) -> TariffMapping:
    """Read a mapping's data, whatever they say. Raises: ValueError where they are no mapping at all."""
    try:
        return msgspec.convert(dict(content), TariffMapping)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def mapping_of(content: Mapping[str, Any]) -> TariffMapping:
    """Read a mapping as it is kept. Raises: ValueError, naming what makes no sense."""
    found = converted(content)
    if found.weight_unit not in UNITS_G:
        raise ValueError(f"unknown unit of weight: {found.weight_unit}")
    if found.currency not in money.CURRENCIES:
        raise ValueError(f"unknown currency: {found.currency}")
    if not found.tiers:
        raise ValueError("a mapping needs at least one tier")
    return found


def columns_of(mapping: TariffMapping) -> list[str]:
    """List the columns a sheet must have; of several names for one any does."""
    names = [mapping.destination]
    for tier in mapping.tiers:
        if tier.needed:
            names += [cell for cell in (tier.base, tier.per_kg) if isinstance(cell, str)]
    return list(dict.fromkeys(names))


def missing_columns(mapping: TariffMapping, header: Sequence[str]) -> list[str]:
    """List the columns a sheet lacks for this mapping."""
    return [name for name in columns_of(mapping) if not any(one in header for one in name.split("|"))]


def read(
    records: Sequence[tuple[int, Record]], mapping: TariffMapping, regions: Callable[[str], Sequence[str]]
) -> Read:
    """Turn the rows of a sheet, numbered as people see them, into tiers; every fault is named, none stops the rest.

    `regions` answers what a name of a place stands for (nothing: nobody knows it).
    """
    found = Read()
    header = list(dict.fromkeys(name for _row, record in records for name in record))
    if lacking := missing_columns(mapping, header):
        found.faults = [Fault(0, "columns", "column_missing", {"column": name}) for name in lacking]
        return found
    for number, record in records:
        if not any(value.strip() for value in record.values()):
            continue
        _read_record(found, number, record, mapping, regions)
    return found


def _read_record(
    found: Read, number: int, record: Record, mapping: TariffMapping, regions: Callable[[str], Sequence[str]]
) -> None:
    name = _text(record, mapping.destination)
    places = regions(name)
    origins = list(mapping.from_regions)
    if mapping.origin and (origin := _text(record, mapping.origin)):
        origins = list(regions(origin))
        if not origins:
            found.faults.append(Fault(number, "origin", "region_unknown", {"value": origin}))
    if not places:
        found.faults.append(Fault(number, "region", "region_unknown", {"value": name}))
    lanes = [(origin, place) for origin in origins for place in places]
    for place_of_tier in mapping.tiers:
        tier = _tier(found, number, record, mapping, place_of_tier)
        found.rows += [(origin, region, tier) for origin, region in lanes] if tier else []
    days = [_number(found, number, record, cell) for cell in (mapping.lead_min, mapping.lead_max)]
    stated = [int(value) for value in days if value is not None]
    if not stated:
        return
    if not 0 <= min(stated) <= max(stated) <= MOST_DAYS:
        found.faults.append(Fault(number, "days", "days_unfit", {"most": str(MOST_DAYS)}))
        return
    found.leads += [Lead(origin, region, min(stated), max(stated)) for origin, region in lanes]


def _tier(found: Read, number: int, record: Record, mapping: TariffMapping, of: TierMapping) -> Tier | None:
    """Read one tier of a row; None where the row offers none there."""
    before = len(found.faults)
    values = {name: _number(found, number, record, getattr(of, name)) for name in TierMapping.__struct_fields__[:8]}
    if len(found.faults) > before:
        return None
    priced = [value for value in (values["base"], values["per_kg"], values["per_m3"]) if value is not None]
    if not priced or (mapping.zero_is_none and not any(priced)):
        if of.needed and not mapping.zero_is_none:
            found.faults.append(Fault(number, "price", "price_missing"))
        return None
    unit = UNITS_G[mapping.weight_unit]
    to = values["to"]
    per_kg = values["per_kg"] or Decimal(0)
    lower = values["from_"] or Decimal(0)
    if lower and mapping.lower_step:
        lower -= Decimal(str(mapping.lower_step))

    def minor(name: str) -> int:
        return money.to_minor(values[name] or Decimal(0), mapping.currency)

    def grams(value: Decimal | None) -> int:
        return int(min((value or Decimal(0)) * unit, Decimal(HEAVIEST_G * 2)))

    return Tier(
        from_g=grams(lower),
        to_g=None if to is None or to >= Decimal(str(mapping.unlimited_from)) else grams(to),
        base_minor=minor("base"),
        included_g=grams(values["included"]),
        step_g=max(grams(values["step"]), 1) if values["step"] else 1,
        # a price per kg becomes one per tonne: three more decimals stay whole
        per_tonne_minor=money.to_minor(per_kg * 1_000, mapping.currency),
        per_m3_minor=minor("per_m3"),
        minimum_minor=minor("minimum"),
        row=number,
    )


def _number(found: Read, number: int, record: Record, cell: Cell) -> Decimal | None:
    if cell is None or isinstance(cell, int | float):
        return None if cell is None else Decimal(str(cell))
    text = _text(record, cell).replace(",", "").lstrip("¥￥$ ").casefold()
    if text in NOTHING:
        return None
    if text in ENDLESS:
        return Decimal(10**9)
    try:
        value = Decimal(text.removesuffix("元").removesuffix("kg").removesuffix("天").strip())
        if not value.is_finite() or (value and value.adjusted() >= MOST_DIGITS):
            raise InvalidOperation
        return value
    except InvalidOperation:
        shown = {"value": _text(record, cell), "column": cell.split("|")[0]}
        found.faults.append(Fault(number, cell.split("|")[0], "number_unreadable", shown))
        return None


def _text(record: Record, names: str) -> str:
    return next((record[name].strip() for name in names.split("|") if name in record), "")


def flattened(data: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Write nested JSON as rows: what stands once is repeated for each entry of a list inside.

    A table of tables gives its keys as the column `key`.
    """
    for part in path.split(".") if path else ():
        data = data[part] if isinstance(data, dict) else data[int(part)]
    if isinstance(data, dict) and data and all(isinstance(value, dict | list) for value in data.values()):
        data = [
            {"key": key, **(value if isinstance(value, dict) else {"values": value})} for key, value in data.items()
        ]
    for entry in data if isinstance(data, list) else [data]:
        yield from _rows_of(entry if isinstance(entry, dict) else {"value": entry}, "")


def _rows_of(entry: Mapping[str, Any], prefix: str) -> Iterator[dict[str, str]]:
    plain = {
        prefix + key: str(value)
        for key, value in entry.items()
        if not isinstance(value, dict | list) and value is not None
    }
    for key, value in entry.items():
        if isinstance(value, dict):
            for inner in _rows_of(value, f"{prefix}{key}."):
                plain |= inner
    lists = {key: value for key, value in entry.items() if isinstance(value, list)}
    if not lists:
        yield plain
        return
    for key, values in lists.items():
        for value in values:
            for inner in _rows_of(value if isinstance(value, dict) else {"value": value}, f"{prefix}{key}."):
                yield plain | inner


SHIPPED: Mapping[str, dict[str, Any]] = {
    "template": {
        "destination": "目的地|destination|到达",
        "origin": "始发地|origin|出发",
        "lead_min": "最短天数|lead_min",
        "lead_max": "最长天数|lead_max",
        "tiers": [
            {
                "from": "重量从|from_kg",
                "to": "重量到|to_kg",
                "base": "基础价|base",
                "included": "首重|included_kg",
                "step": "续重单位|step_kg",
                "per_kg": "每公斤|per_kg",
                "per_m3": "每立方|per_m3",
                "minimum": "最低收费|minimum",
                "needed": False,
            }
        ],
        "zero_is_none": True,
    },
    "first_additional": {
        "destination": "目的地|省份|地区|destination|province|key",
        "lead_max": "时效|天数|lead_time_days",
        "tiers": [
            {
                "base": "首重价|首重|首重费用|first_kg|first",
                "included": 1,
                "step": 1,
                "per_kg": "续重价|续重|续重费用|additional_per_kg|additional",
            }
        ],
    },
    "base_and_tiers": {
        "destination": "destination|目的地",
        "records": "pricing",
        "lower_step": 1,
        "tiers": [
            {"to": "base_weight_kg|首重", "base": "base_price|首重价"},
            {
                "from": "extra_weight_tiers.min_weight|续重从",
                "to": "extra_weight_tiers.max_weight|续重到",
                "base": "base_price|首重价",
                "included": "base_weight_kg|首重",
                "per_kg": "extra_weight_tiers.price_per_kg|续重价",
            },
        ],
    },
}
