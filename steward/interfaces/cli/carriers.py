"""`steward carriers …`: the carriers' file, prices for a parcel, and tariffs from carriers' sheets."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from steward.connectors.tariff_sheets import read_sheet
from steward.interfaces.cli.orders import operator
from steward.interfaces.cli.told import pairs, tells
from steward.kernel import errors, moment, money
from steward.modules.logistics.commands.tariff_sheets import LARGEST_BYTES, TooBigSheet, import_tariff
from steward.modules.logistics.commands.tariffs import finding, save_tariff_mapping
from steward.modules.logistics.queries import carriers, choice, scorecards, tariff_import, tariffs
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules.carriers import STORAGE_CLASSES
from steward.modules.logistics.rules.pricing import ParcelFacts

SIZE = re.compile(r"^(\d{1,5})x(\d{1,5})x(\d{1,5})$")


def register(subparsers: Any) -> None:
    """Add `carriers` with its subcommands."""
    top = subparsers.add_parser("carriers", help="carriers, prices for parcels, tariffs from sheets")
    verbs = top.add_subparsers(title="carriers", metavar="WHAT", required=True)
    tells(verbs.add_parser("list", help="list carriers with their scores"), _list, _list_words)
    show = verbs.add_parser("show", help="show a carrier, its services and their tariffs")
    show.add_argument("code")
    tells(show, _show, _show_words)
    _register_quote(verbs)
    tells(verbs.add_parser("mappings", help="list how sheets can be read"), _mappings, _mappings_words)
    keep = verbs.add_parser("mapping", help="save how a carrier's sheets are read, from a JSON file")
    keep.add_argument("code")
    keep.add_argument("file", type=Path, help="the mapping as JSON; see docs/decisions/0016")
    keep.add_argument("--name", default="", help="what people call it")
    tells(keep, _keep_mapping, pairs)
    _register_import(verbs)


def _register_quote(verbs: Any) -> None:
    quote = verbs.add_parser("quote", help="ask every service what a parcel costs, and say which would be chosen")
    quote.add_argument("origin", help="where from: a district's code or a city's name")
    quote.add_argument("destination", help="where to")
    quote.add_argument("weight", type=int, help="grams")
    quote.add_argument("--size", default="", help="millimetres, such as 300x200x100")
    quote.add_argument("--storage", choices=STORAGE_CLASSES, default="ambient")
    quote.add_argument("--promised", type=date.fromisoformat, help="the local day it was promised for")
    tells(quote, _quote, _quote_words)


def _register_import(verbs: Any) -> None:
    taking = verbs.add_parser("import", help="put a carrier's sheet in force as a new version, whole or not at all")
    taking.add_argument("service", help="code of the service")
    taking.add_argument("file", type=Path, help="XLSX, CSV or JSON")
    taking.add_argument("--mapping", default="template", help="how it is read (default: our own columns)")
    taking.add_argument("--sheet", default="", help="sheet of a workbook (default: the mapping's, else the first)")
    taking.add_argument("--from", dest="first", type=date.fromisoformat, required=True, help="the first day it counts")
    taking.add_argument("--until", dest="last", type=date.fromisoformat, help="the last day it counts")
    taking.add_argument("--surcharges", type=Path, help="a file with a surcharge per line, as on the tariff's page")
    taking.add_argument("--note", default="")
    taking.add_argument("--check", action="store_true", help="only say what is wrong with it")
    tells(taking, _import, pairs)


def _list(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    scores = {one.key: one for one in scorecards.scorecards(day=house_day(moment.now()))}
    return [
        {
            **msgspec.to_builtins(one),
            "score": scores[one.code].total if one.code in scores else None,
            "parcels": scores[one.code].parcels if one.code in scores else 0,
        }
        for one in carriers.carriers()
    ]


def _list_words(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{row['code']:20} {row['state']:10} {row['services']:3} services  {row['parcels']:6} parcels  "
        f"{'-' if row['score'] is None else round(row['score']):>4}  {row['name']}"
        for row in rows
    ]


def _show(arguments: argparse.Namespace) -> dict[str, Any]:
    """Show a carrier; whom to call there is personal data, and stands on its page only."""
    file = carriers.carrier_file(arguments.code)
    services = [
        {**msgspec.to_builtins(one), "tariffs": msgspec.to_builtins(tariffs.tariff_versions(one.code))}
        for one in file.services
    ]
    facts = msgspec.to_builtins(file)
    return {**facts["row"], "licences": facts["licences"], "decisions": facts["decisions"], "services": services}


def _show_words(facts: dict[str, Any]) -> list[str]:
    lines = pairs({name: value for name, value in facts.items() if not isinstance(value, list)})
    for one in facts["services"]:
        newest = one["tariffs"][0] if one["tariffs"] else None
        priced = f"version {newest['version']} from {newest['valid_from']}" if newest else "no tariff"
        lines.append(f"  {one['code']:20} {','.join(one['storage_classes']):28} {priced}  {one['name']}")
    return lines


def _quote(arguments: argparse.Namespace) -> dict[str, Any]:
    size = SIZE.match(arguments.size) if arguments.size else None
    wrong = []
    if arguments.weight < 1:
        wrong.append({"field": "weight", "code": "number_unfit", "message": _("Say how heavy it is.")})
    if arguments.size and size is None:
        text = _("“%(value)s” is no number that fits here.") % {"value": arguments.size[:40]}
        wrong.append({"field": "size", "code": "number_unfit", "message": text})
    ends = {field: _place(getattr(arguments, field), field, wrong) for field in ("origin", "destination")}
    if wrong:
        raise errors.BadInput(wrong)
    length, width, height = (int(side) for side in size.groups()) if size else (0, 0, 0)
    ends_ = (ends["origin"], ends["destination"])
    parcel = ParcelFacts(*ends_, arguments.weight, length, width, height, storage_class=arguments.storage)
    made = choice.choose_services([choice.Wanted(parcel, arguments.promised)], at=moment.now())[0]
    options = [{**msgspec.to_builtins(one.option), "verdict": one.verdict} for one in made.verdicts]
    return {
        "chosen": made.chosen.service_code if made.chosen else None,
        "cause": made.cause,
        "options": options,
        "out": [{"service_code": one.service_code, "reason": one.reason} for one in made.out],
    }


def _place(text: str, field: str, wrong: list[dict[str, str]]) -> str:
    codes = tariffs.regions_of(text)
    if len(codes) == 1 and codes[0]:
        return codes[0]
    message = _("“%(value)s” is no known region.") % {"value": text[:40]}
    wrong.append({"field": field, "code": "region_unknown", "message": message})
    return ""


def _quote_words(facts: dict[str, Any]) -> list[str]:
    lines = []
    for one in facts["options"]:
        on_time = "" if one["on_time"] is None else f"{one['on_time']:.0%}"
        price = money.to_decimal(one["price_minor"], one["currency"])
        lines.append(
            f"{price:>10} {one['currency']}  {one['days_likely']}-{one['days_sure']} days {on_time:>5}  "
            f"{one['verdict']:12} {one['service_code']}"
        )
    lines += [f"{'-':>10}      {one['reason']:20} {one['service_code']}" for one in facts["out"]]
    return [*lines, f"{facts['chosen'] or '-'}: {facts['cause']}"]


def _mappings(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    return [msgspec.to_builtins(one) for one in tariffs.tariff_mappings()]


def _mappings_words(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [f"{row['code']:24} {'shipped' if row['shipped'] else 'own':8} {row['name']}" for row in rows]


def _keep_mapping(arguments: argparse.Namespace) -> dict[str, Any]:
    try:
        content = msgspec.json.decode(_bytes_of(arguments.file), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise tariff_import.UnfitMapping(why=str(error)) from error
    save_tariff_mapping(
        operator(), code=arguments.code, name=arguments.name or arguments.code, content=content, now=moment.now()
    )
    return {"mapping": arguments.code}


def _import(arguments: argparse.Namespace) -> dict[str, Any]:
    carriers.service(arguments.service)
    mapping = tariffs.tariff_mapping_content(arguments.mapping)
    _bytes_of(arguments.file)
    records = read_sheet(
        arguments.file,
        records=str(mapping.get("records", "")),
        sheet=arguments.sheet or str(mapping.get("sheet", "")),
    )
    surcharges = _bytes_of(arguments.surcharges).decode("utf-8-sig") if arguments.surcharges else ""
    if arguments.check:
        found = tariff_import.preview(records, mapping=mapping, surcharges=surcharges)
        if found.errors:
            raise errors.BadInput([finding(one) for one in found.errors])
        return {"lanes": len(found.draft.lanes), "warnings": [finding(one)["message"] for one in found.faults]}
    done = import_tariff(
        operator(),
        service=arguments.service,
        records=records,
        mapping=mapping,
        valid_from=arguments.first,
        valid_until=arguments.last,
        surcharges=surcharges,
        note=arguments.note,
    )
    warnings = [one["message"] for one in done.warnings]
    return {"service": arguments.service, "version": done.version, "lanes": done.lanes, "warnings": warnings}


def _bytes_of(path: Path) -> bytes:
    """Read a file of the operator. Raises: NotFound, TooBigSheet."""
    if not path.is_file():
        raise errors.NotFound(key=str(path))
    if path.stat().st_size > LARGEST_BYTES:
        raise TooBigSheet
    return path.read_bytes()
