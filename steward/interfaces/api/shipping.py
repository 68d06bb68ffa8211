"""Shipments: list, read, scan, pack, print, hand over, choose another service, call off."""

from collections import Counter
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, IdAfter, Input, Limit, Plain, Text
from steward.kernel import moment
from steward.modules.logistics.commands import handing_over, packing, picking, printing, returning, shipment_services
from steward.modules.logistics.commands import shipments as commands
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.queries import tracking
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.packing import HEAVIEST_G
from steward.modules.logistics.rules.packing import ParcelDraft as Draft
from steward.modules.logistics.rules.watch import TROUBLES

router = Router(tags=["shipments"])
MOST_PIECES = 100_000
MOST_MM = 10_000
ShipmentNumber = Annotated[str, Path(min_length=1, max_length=30, pattern=Plain, description="SH-…")]
RunId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Scanned = Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
Numbers = Annotated[list[Annotated[str, Field(max_length=30, pattern=Plain)]], Field(min_length=1, max_length=2000)]


def _one_of(codes: tuple[str, ...]) -> str:
    return "^(" + "|".join(codes) + ")$"


class ShipmentQuery(Filters):
    """How a list of shipments is narrowed."""

    state: str = Field("", json_schema_extra={"enum": ["", *lives.STATES]}, pattern=_one_of(("", *lives.STATES)))
    trouble: str = Field(
        "", json_schema_extra={"enum": ["", "any", *TROUBLES]}, pattern=_one_of(("", "any", *TROUBLES))
    )
    direction: Literal["", "outbound", "return"] = ""
    warehouse: Text = ""
    carrier: Text = ""
    q: Text = Field("", description="Number of a shipment, order, parcel or manifest")
    after: IdAfter | None = None
    limit: Limit = 50


class Shipment(Schema):
    """A shipment. Units: minor currency units; local days. `trouble` is what the watch found."""

    id: int
    number: str
    order_number: str
    direction: str
    state: str
    state_since: datetime
    warehouse_code: str
    service_code: str
    carrier_code: str
    storage_class: str
    promised_date: date | None
    expected_date: date | None
    planned_at: datetime
    handed_over_at: datetime | None
    delivered_at: datetime | None
    manifest: str
    trouble: str
    price_minor: int
    currency: str
    pieces: int
    picked: int
    simulated: bool


class ShipmentGoods(Schema):
    """Goods of a shipment. Units: pieces."""

    id: int
    sku: str
    name: str
    lot_code: str
    quantity: int
    picked: int


class ParcelEvent(Schema):
    """One event as it was reported. `flag`: what is wrong with its time; such events move nothing."""

    state: str
    code: str
    text: str
    place: str
    district_code: str
    at: datetime
    flag: str
    source: str
    received_at: datetime


class ShipmentParcel(Schema):
    """One parcel, its events newest first. Units: grams."""

    code: str
    position: int
    carrier: str
    tracking_number: str
    weight_g: int
    state: str
    state_since: datetime | None
    going_back: bool
    events: list[ParcelEvent]


class ShipmentFull(Schema):
    """A shipment with its goods and parcels."""

    row: Shipment
    lines: list[ShipmentGoods]
    parcels: list[ShipmentParcel]


class ShipmentPage(Schema):
    """Shipments, newest first; go on with `after` = `next_after`."""

    rows: list[Shipment]
    next_after: int | None


class ScanInput(Input):
    """What was scanned: a SKU, a barcode, or SKU#lot."""

    code: Scanned
    units: int = Field(1, ge=1, le=MOST_PIECES)


class ScanCounted(Schema):
    """How far the picking is. Units: pieces."""

    line_id: int
    picked: int
    quantity: int
    left: int


class ParcelContent(Input):
    """How much of a line lies in a parcel. Units: pieces."""

    line_id: int = Field(ge=1, le=BIGGEST_ID)
    units: int = Field(ge=1, le=MOST_PIECES)


class ParcelInput(Input):
    """A box on the scales. An only parcel without contents holds everything. Units: grams, millimetres."""

    weight_g: int = Field(ge=1, le=HEAVIEST_G)
    length_mm: int = Field(0, ge=0, le=MOST_MM)
    width_mm: int = Field(0, ge=0, le=MOST_MM)
    height_mm: int = Field(0, ge=0, le=MOST_MM)
    tracking_number: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    contents: list[ParcelContent] = Field([], max_length=200)


class PackInput(Input):
    """The parcels a picked shipment is closed into."""

    parcels: list[ParcelInput] = Field(min_length=1, max_length=50)


class ParcelCodes(Schema):
    """The codes of the parcels."""

    parcels: list[str]


class HandOverInput(Input):
    """Shipments a carrier takes along."""

    numbers: Numbers
    taken_by: Text = ""


class HandedOver(Schema):
    """The manifests that were made, and which shipments stayed and why."""

    manifests: list[str]
    refused: dict[str, str]


class ServiceInput(Input):
    """Another service, and why."""

    service: Code
    reason: Text


class CallOffInput(Input):
    """Why a shipment is called off or put back."""

    reason: Text = ""


class TrackingNumberInput(Input):
    """The carrier's number of a parcel."""

    parcel: Annotated[str, Field(min_length=1, max_length=40, pattern=Plain)]
    tracking_number: Annotated[str, Field(max_length=40, pattern=Plain)]


class ReturnPieces(Input):
    """How much of an item comes back. Units: pieces."""

    sku: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    quantity: int = Field(ge=1, le=MOST_PIECES)


class ReturnInput(Input):
    """A parcel a customer sends back. No pieces: all that is still out. No carrier: whose the number looks like."""

    tracking_number: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    carrier: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    warehouse: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    pieces: list[ReturnPieces] = Field([], max_length=200)


class PrintInput(Input):
    """What to print; manifests by their own numbers."""

    kind: Literal["labels", "slips", "manifest"]
    numbers: Numbers
    format: Literal["pdf", "zpl"] = "pdf"


class PrintJob(Schema):
    """A print, and how far it is. `stored_file` is there once it is done."""

    id: int
    kind: str
    format: str
    state: str
    total: int
    done: int
    error: str
    created_at: datetime
    finished_at: datetime | None


@router.get("/shipments", response=ShipmentPage, operation_id="list_shipments", summary="List shipments")
def list_shipments(request: ApiRequest, narrow: Query[ShipmentQuery]) -> Any:
    """List shipments, newest first, page by page. Needs `logistics.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("logistics.view")
    filters = queries.ShipmentFilters(
        states=(narrow.state,) if narrow.state else (),
        warehouse=narrow.warehouse,
        carrier=narrow.carrier,
        direction=narrow.direction,
        trouble=narrow.trouble,
        text=narrow.q,
    )
    rows = queries.shipments_page(filters, before_id=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/shipments/{shipment}", response=ShipmentFull, operation_id="get_shipment", summary="Read a shipment")
def get_shipment(request: ApiRequest, shipment: ShipmentNumber) -> Any:
    """Read one shipment with goods, parcels and every event. Needs `logistics.view`."""
    request.auth.require("logistics.view")
    return queries.shipment(shipment)


@router.post("/shipments/{shipment}/scan", response=ScanCounted, operation_id="scan_piece", summary="Scan a piece")
@replayable
def scan_piece(request: ApiRequest, shipment: ShipmentNumber, payload: ScanInput) -> ScanCounted:
    """Count what was scanned; the wrong item, lot or one too many is refused. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    done = picking.scan_piece(request.auth, number=shipment, code=payload.code, now=moment.now(), units=payload.units)
    return ScanCounted.model_validate(done)


@router.post("/shipments/{shipment}/pack", response=ParcelCodes, operation_id="pack_shipment", summary="Pack")
@replayable
def pack_shipment(request: ApiRequest, shipment: ShipmentNumber, payload: PackInput) -> ParcelCodes:
    """Close a picked shipment into parcels. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    parcels = [
        Draft(**one.model_dump(exclude={"contents"}), contents={each.line_id: each.units for each in one.contents})
        for one in payload.parcels
    ]
    codes = packing.pack_shipment(request.auth, number=shipment, parcels=parcels, now=moment.now())
    return ParcelCodes(parcels=codes)


@router.post(
    "/shipments/{shipment}/put-back", response=ShipmentFull, operation_id="put_back_shipment", summary="Put back"
)
@replayable
def put_back_shipment(request: ApiRequest, shipment: ShipmentNumber, payload: CallOffInput) -> ShipmentFull:
    """Unpack what is packed, or put back what is picked. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    picking.put_back(request.auth, number=shipment, reason=payload.reason, now=moment.now())
    return ShipmentFull.model_validate(queries.shipment(shipment))


@router.post("/shipments/{shipment}/cancel", response=ShipmentFull, operation_id="cancel_shipment", summary="Call off")
@replayable
def cancel_shipment(request: ApiRequest, shipment: ShipmentNumber, payload: CallOffInput) -> ShipmentFull:
    """Call off a shipment that has not left. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    commands.cancel_shipment(request.auth, number=shipment, reason=payload.reason, now=moment.now())
    return ShipmentFull.model_validate(queries.shipment(shipment))


@router.post(
    "/shipments/{shipment}/service",
    response=ShipmentFull,
    operation_id="change_shipment_service",
    summary="Choose another service",
)
@replayable
def change_shipment_service(request: ApiRequest, shipment: ShipmentNumber, payload: ServiceInput) -> ShipmentFull:
    """Let another service carry a shipment, with the reason. Needs `logistics.choose`."""
    request.auth.require("logistics.choose")
    shipment_services.change_service(
        request.auth, number=shipment, service=payload.service, reason=payload.reason, now=moment.now()
    )
    return ShipmentFull.model_validate(queries.shipment(shipment))


@router.post(
    "/shipments/{shipment}/tracking-number",
    response=ShipmentFull,
    operation_id="assign_tracking_number",
    summary="Write down a tracking number",
)
@replayable
def assign_tracking_number(request: ApiRequest, shipment: ShipmentNumber, payload: TrackingNumberInput) -> ShipmentFull:
    """Write down the carrier's number of a parcel. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    packing.assign_tracking(
        request.auth, parcel_code=payload.parcel, tracking_number=payload.tracking_number, now=moment.now()
    )
    return ShipmentFull.model_validate(queries.shipment(shipment))


@router.post(
    "/shipments/{shipment}/returns", response=ShipmentFull, operation_id="announce_return", summary="Announce a return"
)
@replayable
def announce_return(request: ApiRequest, shipment: ShipmentNumber, payload: ReturnInput) -> ShipmentFull:
    """Write down a parcel that comes back; it is tracked like one we sent. Answers the return. Needs `logistics.ship`.

    The same number a second time is the same return.
    """
    request.auth.require("logistics.ship")
    pieces: Counter[str] = Counter()
    for one in payload.pieces:
        pieces[one.sku] += one.quantity
    draft = returning.ReturnDraft(shipment=shipment, pieces=pieces, **payload.model_dump(exclude={"pieces"}))
    back = returning.announce_return(request.auth, draft=draft, now=moment.now())
    return ShipmentFull.model_validate(queries.shipment(back))


@router.post("/hand-overs", response=HandedOver, operation_id="hand_over", summary="Hand shipments to their carriers")
@replayable
def hand_over(request: ApiRequest, payload: HandOverInput) -> HandedOver:
    """Hand packed shipments over: one manifest per carrier and warehouse; the goods leave the stock.

    What cannot leave is answered with its reason. Needs `logistics.ship`.
    """
    request.auth.require("logistics.ship")
    done = handing_over.hand_over(request.auth, numbers=payload.numbers, now=moment.now(), taken_by=payload.taken_by)
    return HandedOver(manifests=done.manifests, refused=done.refused)


@router.post("/prints", response=PrintJob, operation_id="request_print", summary="Print labels, slips or manifests")
@replayable
def request_print(request: ApiRequest, payload: PrintInput) -> PrintJob:
    """Ask for a file; a worker makes it. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    run_id = printing.request_print(
        request.auth, kind=payload.kind, numbers=payload.numbers, now=moment.now(), format_=payload.format
    )
    return PrintJob.model_validate(tracking.print_run(run_id))


@router.get("/prints/{run}", response=PrintJob, operation_id="get_print", summary="See how far a print is")
def get_print(request: ApiRequest, run: RunId) -> Any:
    """See how far a print is. Needs `logistics.ship`."""
    request.auth.require("logistics.ship")
    return tracking.print_run(run)
