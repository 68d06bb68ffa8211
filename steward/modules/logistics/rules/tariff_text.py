"""Tariffs as a table of text, as people paste it from a spreadsheet: tabs between cells, a line per tier."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from msgspec import structs

from steward.kernel import money
from steward.modules.logistics.ports import ExtraCells, TooManyRows, TwinColumns, UnreadableSheet
from steward.modules.logistics.rules.carriers import STORAGE_CLASSES
from steward.modules.logistics.rules.tariffs import SURCHARGE_KINDS, Draft, Fault, Surcharge, Tier

HEADER = ("始发地", "目的地", "重量从", "重量到", "基础价", "首重", "续重单位", "每公斤", "每立方", "最低收费")
ANY = frozenset({"", "*", "-", "全国", "全部", "all"})
PPM_PER_PERCENT = 10_000
SURCHARGE_CELLS = 6
MOST_ROWS = 20_000


def records_of(text: str) -> list[tuple[int, dict[str, str]]]:
    """Read pasted cells: the first line names the columns; tabs, else commas, stand between.

    Raises: UnreadableSheet where a part would be lost.
    """
    lines = text.lstrip("\ufeff").splitlines()
    if not lines:
        return []
    delimiter = "\t" if "\t" in lines[0] else ","
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter)
    found: list[tuple[int, dict[str, str]]] = []
    try:
        header = [cell.strip() for cell in next(reader)]
        refuse_twins(header)
        for number, row in enumerate(reader, start=2):
            cells = [cell.strip() for cell in row]
            refuse_extra(number, cells, len(header))
            if any(cells):
                found.append((number, dict(zip(header, cells, strict=False))))
    except csv.Error as error:
        raise UnreadableSheet(row=reader.line_num) from error
    if len(found) > MOST_ROWS:
        raise TooManyRows(most=MOST_ROWS)
    return found


def refuse_twins(header: Sequence[str]) -> None:
    """Refuse two columns of one name. Raises: TwinColumns."""
    twins = [name for name, count in Counter(name for name in header if name).items() if count > 1]
    if twins:
        raise TwinColumns(name=twins[0][:60])


def refuse_extra(number: int, cells: Sequence[str], columns: int) -> None:
    """Refuse a row with cells beside the columns. Raises: ExtraCells."""
    if any(cell.strip() for cell in cells[columns:]):
        raise ExtraCells(row=number)


def text_of(records: Sequence[tuple[int, dict[str, str]]]) -> str:
    """Write rows of named cells as pasted cells would look."""
    names = list(dict.fromkeys(name for _number, record in records for name in record))
    lines = ["\t".join(_cell(name) for name in names)]
    lines += ["\t".join(_cell(record.get(name, "")) for name in names) for _number, record in records]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split())


def written(draft: Draft, name: Callable[[str], str]) -> str:
    """Write a tariff in the columns of the template; `name` gives regions their names."""
    lines = ["\t".join(HEADER)]
    for lane in draft.lanes:
        ends = (name(lane.origin) if lane.origin else "", name(lane.region) if lane.region else "全国")
        lines += ["\t".join((*ends, *_tier_cells(tier, draft.currency))) for tier in lane.tiers]
    return "\n".join(lines)


def _tier_cells(tier: Tier, currency: str) -> Iterable[str]:
    def amount(minor: int) -> str:
        return f"{money.to_decimal(minor, currency):f}" if minor else ""

    def kg(grams: int | None) -> str:
        return "" if grams is None else f"{grams / 1000:.3f}".rstrip("0").rstrip(".")

    per_kg = f"{money.to_decimal(tier.per_tonne_minor, currency) / 1000:f}" if tier.per_tonne_minor else ""
    per_kg = per_kg.rstrip("0").rstrip(".") if "." in per_kg else per_kg
    step = kg(tier.step_g) if tier.step_g > 1 else ""
    return (
        kg(tier.from_g),
        kg(tier.to_g),
        amount(tier.base_minor),
        kg(tier.included_g) if tier.included_g else "",
        step,
        per_kg,
        amount(tier.per_m3_minor),
        amount(tier.minimum_minor),
    )


def surcharges_of(
    text: str, currency: str, regions: Callable[[str], Sequence[str]]
) -> tuple[list[Surcharge], list[Fault]]:
    """Read surcharges, a line each: kind, region, storage class, above kg, amount, percent; * is any."""
    found: list[Surcharge] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.replace("\t", ",").replace("，", ",").split(",")]
        if not any(cells):
            continue
        cells += [""] * (SURCHARGE_CELLS - len(cells))
        kind, region, storage, above, fixed, percent = cells[:SURCHARGE_CELLS]
        places = [""] if region in ANY else list(regions(region))
        if kind not in SURCHARGE_KINDS:
            faults.append(Fault(0, f"surcharges.{number}", "surcharge_unknown", {"value": kind}))
        if storage not in (*ANY, *STORAGE_CLASSES):
            faults.append(Fault(0, f"surcharges.{number}", "storage_class_unknown", {"value": storage}))
        if not places:
            faults.append(Fault(0, f"surcharges.{number}", "region_unknown", {"value": region}))
        try:
            one = Surcharge(
                kind=kind,
                storage_class="" if storage in ANY else storage,
                from_g=round(float(above or 0) * 1000),
                fixed_minor=money.to_minor(fixed or "0", currency),
                share_ppm=round(float(percent.rstrip("%") or 0) * PPM_PER_PERCENT),
            )
        except (ValueError, OverflowError):
            faults.append(Fault(0, f"surcharges.{number}", "number_unfit", {"value": f"{above} {fixed} {percent}"}))
            continue
        found += [structs.replace(one, region=place) for place in places]
    return found, faults


def surcharge_lines(draft: Draft) -> str:
    """Write a tariff's surcharges as they are read."""
    return "\n".join(
        ",".join(
            (
                one.kind,
                one.region or "*",
                one.storage_class or "*",
                f"{one.from_g / 1000:g}",
                f"{money.to_decimal(one.fixed_minor, draft.currency):f}",
                f"{one.share_ppm / PPM_PER_PERCENT:g}%",
            )
        )
        for one in draft.surcharges
    )
