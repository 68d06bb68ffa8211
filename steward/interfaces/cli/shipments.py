"""`steward shipments …`: see, scan, pack, label, hand over, track and take back what is on its way."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from steward.interfaces.cli.orders import operator
from steward.interfaces.cli.told import pairs, tells
from steward.kernel import errors, moment
from steward.modules.logistics.commands import (
    handing_over,
    machines,
    packing,
    picking,
    printing,
    returning,
    shipment_services,
    shipments,
    tracking,
)
from steward.modules.logistics.ports import Report
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.rules.packing import ParcelDraft
from steward.modules.logistics.rules.shipments import DIRECTIONS, STATES

SOURCE = "cli"
PARCEL = re.compile(r"^(\d{1,7})(?::(.*))?$")
PIECES = re.compile(r"^(.+)=(\d{1,6})$")


def register(subparsers: Any) -> None:
    """Add `shipments` with its subcommands."""
    top = subparsers.add_parser("shipments", help="shipments: list, pack, label, hand over, track, take back")
    verbs = top.add_subparsers(title="shipments", metavar="WHAT", required=True)
    _register_looking(verbs)
    _register_packing(verbs)
    _register_leaving(verbs)
    _register_tracking(verbs)


def _register_looking(verbs: Any) -> None:
    listing = verbs.add_parser("list", help="list shipments, newest first")
    listing.add_argument("text", nargs="?", default="", help="number of a shipment, order, parcel or manifest")
    listing.add_argument("--state", choices=STATES, action="append", default=[])
    listing.add_argument("--direction", choices=DIRECTIONS, default="")
    for name in ("warehouse", "carrier"):
        listing.add_argument(f"--{name}", default="", help="its code")
    listing.add_argument("--trouble", action="store_true", help="only those that need somebody")
    listing.add_argument("--limit", type=int, default=50)
    tells(listing, _list, _list_words)
    show = verbs.add_parser("show", help="show a shipment with its goods and parcels")
    show.add_argument("number")
    tells(show, _show, _show_words)


def _register_packing(verbs: Any) -> None:
    book = verbs.add_parser("book", help="let another service carry a shipment that has not left")
    book.add_argument("number")
    book.add_argument("service", help="code of the service")
    book.add_argument("--reason", required=True, help="why")
    tells(book, _book, pairs)
    scan = verbs.add_parser("scan", help="count what was scanned into a shipment")
    scan.add_argument("number")
    scan.add_argument("code", help="a SKU, a barcode, or SKU#lot")
    scan.add_argument("--units", type=int, default=1)
    tells(scan, _scan, pairs)
    pack = verbs.add_parser("pack", help="close a picked shipment into a parcel, weighed by hand or by a scale")
    pack.add_argument("number")
    weight = pack.add_mutually_exclusive_group(required=True)
    weight.add_argument("--parcel", metavar="GRAMS[:TRACKING]", help="what it weighs, and the carrier's number")
    weight.add_argument("--scale", metavar="HOST:PORT", help="ask the scale at the packing table")
    pack.add_argument("--tracking", default="", help="the carrier's number (with --scale)")
    pack.add_argument("--printer", metavar="HOST:PORT", default="", help="print the label there at once (with --scale)")
    tells(pack, _pack, pairs)


def _register_leaving(verbs: Any) -> None:
    labels = verbs.add_parser("labels", help="make the labels of packed shipments")
    labels.add_argument("numbers", nargs="+")
    labels.add_argument("--format", choices=("pdf", "zpl"), default="pdf")
    where = labels.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", type=Path, help="the file to write")
    where.add_argument("--printer", metavar="HOST:PORT", help="send them to a label printer")
    tells(labels, _labels, pairs)
    hand = verbs.add_parser("hand-over", help="hand packed shipments to their carriers; the goods leave the stock")
    hand.add_argument("numbers", nargs="+")
    hand.add_argument("--taken-by", default="", help="the driver or the plate")
    tells(hand, _hand_over, pairs)
    off = verbs.add_parser("call-off", help="call off a shipment that has not left")
    off.add_argument("number")
    off.add_argument("--reason", default="", help="why")
    tells(off, _call_off, pairs)
    back = verbs.add_parser("return", help="announce a parcel a customer sends back")
    back.add_argument("number", help="the shipment its goods came with")
    back.add_argument("pieces", nargs="*", metavar="SKU=PIECES", help="none: all that is still out")
    back.add_argument("--tracking", default="", help="the carrier's number")
    back.add_argument("--carrier", default="", help="its code (default: whose the number looks like)")
    back.add_argument("--warehouse", default="", help="where it goes (default: where it came from)")
    tells(back, _return, pairs)


def _register_tracking(verbs: Any) -> None:
    track = verbs.add_parser("track", help="say where a shipment was seen, by any of its numbers")
    track.add_argument("number")
    tells(track, _track, _track_words)
    number = verbs.add_parser("number", help="write down the carrier's number of a parcel")
    number.add_argument("parcel", help="the parcel's code")
    number.add_argument("tracking", help="the carrier's number")
    tells(number, _number, pairs)
    report = verbs.add_parser("report", help="record where a carrier says a parcel is")
    report.add_argument("tracking", help="the carrier's number")
    report.add_argument("code", help="a state such as picked_up, or a code of the carrier's")
    report.add_argument("--at", type=datetime.fromisoformat, help="when, with its zone (default: now)")
    report.add_argument("--carrier", default="", help="its code")
    report.add_argument("--place", default="")
    tells(report, _report, pairs)


def _list(arguments: argparse.Namespace) -> list[queries.ShipmentRow]:
    filters = queries.ShipmentFilters(
        states=tuple(arguments.state),
        warehouse=arguments.warehouse,
        carrier=arguments.carrier,
        direction=arguments.direction,
        trouble="any" if arguments.trouble else "",
        text=arguments.text,
    )
    return queries.shipments_page(filters, limit=min(max(arguments.limit, 1), 1_000))


def _list_words(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [
        f"{row['number']:18} {row['direction']:8} {row['state']:16} {row['order_number']:18} {row['carrier_code']:12} "
        f"{row['trouble'] or '-':16} {' '.join(row['tracking'])}"
        for row in rows
    ]


def _show(arguments: argparse.Namespace) -> queries.ShipmentDetail:
    return queries.shipment(arguments.number)


def _show_words(facts: dict[str, Any]) -> list[str]:
    lines = pairs({name: value for name, value in facts["row"].items() if value not in ("", [], None)})
    lines += [f"  {one['picked']}/{one['quantity']} {one['sku']} {one['lot_code']}" for one in facts["lines"]]
    return [*lines, *(f"  {_parcel(one)}" for one in facts["parcels"])]


def _parcel(one: dict[str, Any]) -> str:
    return f"{one['code']} {one['carrier'] or '-'} {one['tracking_number'] or '-'} {one['weight_g']} g {one['state']}"


def _book(arguments: argparse.Namespace) -> dict[str, Any]:
    shipment_services.change_service(
        operator(), number=arguments.number, service=arguments.service, reason=arguments.reason, now=moment.now()
    )
    row = queries.shipment(arguments.number).row
    facts = ("number", "service_code", "price_minor", "currency", "expected_date")
    return {name: getattr(row, name) for name in facts}


def _scan(arguments: argparse.Namespace) -> picking.Progress:
    return picking.scan_piece(
        operator(), number=arguments.number, code=arguments.code, units=arguments.units, now=moment.now()
    )


def _pack(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.scale:
        codes = machines.pack_by_scale(
            operator(),
            number=arguments.number,
            scale=arguments.scale,
            printer=arguments.printer,
            tracking_number=arguments.tracking,
            now=moment.now(),
        )
        return {"parcels": codes}
    found = PARCEL.match(arguments.parcel)
    if found is None:
        raise _unfit("parcel", arguments.parcel)
    draft = ParcelDraft(weight_g=int(found[1]), tracking_number=found[2] or arguments.tracking)
    return {"parcels": packing.pack_shipment(operator(), number=arguments.number, parcels=[draft], now=moment.now())}


def _labels(arguments: argparse.Namespace) -> dict[str, Any]:
    now = moment.now()
    if arguments.printer:
        for number in arguments.numbers:
            machines.print_on_machine(operator(), number=number, printer=arguments.printer, now=now)
        return {"printed": arguments.numbers, "on": arguments.printer}
    run_id = printing.request_print(
        operator(), kind="labels", numbers=arguments.numbers, now=now, format_=arguments.format, later=False
    )
    run = printing.run_print(run_id, now)
    with default_storage.open(run.stored_file) as file:
        arguments.to.write_bytes(file.read())
    return {"labels": run.total, "file": str(arguments.to)}


def _hand_over(arguments: argparse.Namespace) -> handing_over.HandOver:
    return handing_over.hand_over(
        operator(), numbers=arguments.numbers, taken_by=arguments.taken_by[:80], now=moment.now()
    )


def _call_off(arguments: argparse.Namespace) -> dict[str, Any]:
    shipments.cancel_shipment(operator(), number=arguments.number, reason=arguments.reason, now=moment.now())
    return {"called_off": arguments.number}


def _return(arguments: argparse.Namespace) -> dict[str, Any]:
    pieces = {}
    for text in arguments.pieces:
        found = PIECES.match(text)
        if found is None:
            raise _unfit("pieces", text)
        pieces[found[1]] = int(found[2])
    draft = returning.ReturnDraft(
        shipment=arguments.number,
        tracking_number=arguments.tracking,
        carrier=arguments.carrier,
        warehouse=arguments.warehouse,
        pieces=pieces,
    )
    return {"return": returning.announce_return(operator(), draft=draft, now=moment.now())}


def _unfit(field: str, text: str) -> errors.BadInput:
    message = _("“%(value)s” is no number that fits here.") % {"value": text[:40]}
    return errors.BadInput([{"field": field, "code": "number_unfit", "message": message}])


def _track(arguments: argparse.Namespace) -> dict[str, Any]:
    detail = queries.shipment(queries.find_shipment(arguments.number) or arguments.number)
    row = detail.row
    facts = ("number", "direction", "state", "trouble", "promised_date", "expected_date", "delivered_at")
    return {**{name: getattr(row, name) for name in facts}, "parcels": msgspec.to_builtins(detail.parcels)}


def _track_words(facts: dict[str, Any]) -> list[str]:
    lines = pairs({name: value for name, value in facts.items() if name != "parcels"})
    for parcel in facts["parcels"]:
        lines.append(_parcel(parcel))
        lines += [
            f"  {one['at']}  {one['state']:16} {one['flag'] or '-':16} {one['place']} {one['text']}".rstrip()
            for one in parcel["events"]
        ]
    return lines


def _number(arguments: argparse.Namespace) -> dict[str, Any]:
    packing.assign_tracking(
        operator(), parcel_code=arguments.parcel, tracking_number=arguments.tracking, now=moment.now()
    )
    return {"parcel": arguments.parcel, "tracking_number": arguments.tracking}


def _report(arguments: argparse.Namespace) -> tracking.Recorded:
    now = moment.now()
    at = arguments.at or now
    report = Report(
        tracking_number=arguments.tracking,
        codes=(arguments.code,),
        at=at if at.tzinfo else None,
        raw_at=at.isoformat(),
        carrier_code=arguments.carrier,
        place=arguments.place,
    )
    return tracking.record_tracking(operator(), source=SOURCE, format_="standard", reports=[report], now=now)
