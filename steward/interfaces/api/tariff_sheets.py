"""How carriers' price sheets are read, and tariffs put in force from the cells of a sheet."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Path, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.carriers import CarrierCode, day_of
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Input, Plain
from steward.kernel import errors, moment
from steward.modules.logistics.commands.tariff_sheets import import_tariff as put_in_force
from steward.modules.logistics.commands.tariffs import finding, save_tariff_mapping
from steward.modules.logistics.queries import carriers, tariff_import, tariffs
from steward.modules.logistics.rules import tariff_text

router = Router(tags=["carriers"])
MappingCode = Annotated[str, Path(pattern="^[a-z0-9][a-z0-9_-]{0,49}$")]
Said = Annotated[str, Field(max_length=200, pattern=Plain)]


class SheetMapping(Schema):
    """How sheets of a shape are read; `content` as docs/decisions/0016 says. Shipped ones stay as they are."""

    code: str
    name: str
    content: dict[str, Any]
    shipped: bool
    changed_at: datetime | None


class SheetMappingList(Schema):
    """All mappings, those that came with Steward first."""

    rows: list[SheetMapping]


class SheetMappingInput(Input):
    """A mapping as it shall be."""

    name: Annotated[str, Field(min_length=1, max_length=80, pattern=Plain)]
    content: dict[str, Any]


class SheetInput(Input):
    """A sheet's cells: the first line names the columns; tabs, else commas, between cells.

    `surcharges`: a line each of kind, region, storage class, above kg, amount, percent.
    `check`: only say what is wrong.
    """

    mapping: Annotated[str, Field(max_length=50, pattern=Plain)] = "template"
    cells: Annotated[str, Field(min_length=1, max_length=4_000_000, pattern=Plain)]
    surcharges: Annotated[str, Field(max_length=20_000, pattern=Plain)] = ""
    valid_from: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    valid_until: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    note: Said = ""
    check: bool = False


class SheetFinding(Schema):
    """What is to be looked at in a sheet; it does not hinder."""

    field: str
    code: str
    message: str


class SheetTaken(Schema):
    """The version a sheet became (null: it was only checked), its lanes, and what is to be looked at."""

    service: str
    version: int | None
    lanes: int
    warnings: list[SheetFinding]


@router.get(
    "/tariff-mappings",
    response=SheetMappingList,
    operation_id="list_tariff_mappings",
    summary="List how sheets are read",
)
def list_tariff_mappings(request: ApiRequest) -> Any:
    """List how carriers' sheets can be read. Needs `logistics.carriers`."""
    request.auth.require("logistics.carriers")
    return {"rows": tariffs.tariff_mappings()}


@router.put(
    "/tariff-mappings/{code}",
    response=SheetMapping,
    operation_id="put_tariff_mapping",
    summary="Say how sheets are read",
)
@replayable
def put_tariff_mapping(request: ApiRequest, code: MappingCode, payload: SheetMappingInput) -> SheetMapping:
    """Keep how a carrier's sheets are read from now on; tariffs in force stay. Needs `logistics.carriers`."""
    request.auth.require("logistics.carriers")
    save_tariff_mapping(request.auth, code=code, name=payload.name, content=payload.content, now=moment.now())
    return SheetMapping.model_validate(tariffs.tariff_mapping_of(code))


@router.post(
    "/carrier-services/{code}/tariff-sheets",
    response=SheetTaken,
    operation_id="import_tariff_sheet",
    summary="Put a sheet in force",
)
@replayable
def import_tariff_sheet(request: ApiRequest, code: CarrierCode, payload: SheetInput) -> SheetTaken:
    """Read a sheet through a mapping and put it in force, whole or not at all. Needs `logistics.carriers`."""
    request.auth.require("logistics.carriers")
    carriers.service(code)
    mapping = tariffs.tariff_mapping_content(payload.mapping)
    records = tariff_text.records_of(payload.cells)
    first = day_of("valid_from", payload.valid_from)
    assert first is not None
    last = day_of("valid_until", payload.valid_until)
    if payload.check:
        found = tariff_import.preview(records, mapping=mapping, surcharges=payload.surcharges)
        if found.errors:
            raise errors.BadInput([finding(one) for one in found.errors])
        warnings = [finding(one) for one in found.faults]
        return SheetTaken.model_validate(
            {"service": code, "version": None, "lanes": len(found.draft.lanes), "warnings": warnings}
        )
    done = put_in_force(
        request.auth,
        service=code,
        records=records,
        mapping=mapping,
        valid_from=first,
        valid_until=last,
        surcharges=payload.surcharges,
        note=payload.note,
    )
    return SheetTaken.model_validate(
        {"service": code, "version": done.version, "lanes": done.lanes, "warnings": done.warnings}
    )
