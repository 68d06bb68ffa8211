"""Stocktakes: plan, count blind, count again, ask for approval. Deciding is part of `/approvals`."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from ninja import Path, Query, Router

from steward.interfaces.api import stocktake_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Plain
from steward.kernel import moment
from steward.modules.inventory.commands import stocktake_counting as counting
from steward.modules.inventory.commands import stocktake_deciding as deciding
from steward.modules.inventory.commands import stocktake_giving as giving
from steward.modules.inventory.commands import stocktake_planning as planning
from steward.modules.inventory.queries import stocktake_sheets as sheets
from steward.modules.inventory.queries import stocktakes as queries
from steward.modules.inventory.rules.accuracy import Accuracy

router = Router(tags=["stocktakes"])
StocktakeNumber = Annotated[str, Path(min_length=1, max_length=20, pattern=Plain, description="ST-…")]
SheetId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.get("/stocktakes", response=shapes.StocktakePage, operation_id="list_stocktakes", summary="List stocktakes")
def list_stocktakes(request: ApiRequest, narrow: Query[shapes.StocktakeQuery]) -> Any:
    """List stocktakes, newest first. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    states = (narrow.state,) if narrow.state else ()
    rows = queries.stocktakes_page(request.auth, states=states, before=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post("/stocktakes", response=shapes.StocktakeMade, operation_id="plan_stocktake", summary="Plan a stocktake")
@replayable
def plan_stocktake(request: ApiRequest, payload: shapes.StocktakeInput) -> shapes.StocktakeMade:
    """Write a stocktake with a sheet per zone and counter; all findings at once. Needs `stock.stocktake`."""
    draft = planning.StocktakeDraft(**payload.model_dump())
    return shapes.StocktakeMade(number=planning.plan_stocktake(request.auth, draft=draft, now=moment.now()))


@router.get(
    "/stocktakes/{number}", response=shapes.StocktakeFull, operation_id="get_stocktake", summary="One stocktake"
)
def get_stocktake(request: ApiRequest, number: StocktakeNumber) -> Any:
    """Show a stocktake, its sheets, and, once nobody counts, its differences and accuracy. Needs `stock.view`."""
    request.auth.require("stock.view")
    return _full(queries.stocktake(request.auth, number))


def _full(view: queries.StocktakeView) -> dict[str, Any]:
    return {
        **{name: getattr(view, name) for name in view.__struct_fields__},
        "differences": [
            {
                **msgspec.structs.asdict(line),
                "difference": line.difference,
                "difference_minor": line.difference_minor,
                "must_recount": line.must_recount,
                "found": [{"counter": by, "difference": units} for by, units in line.found],
            }
            for line in view.differing
        ],
        "accuracy": _shares({"": view.accuracy.whole})[0] if view.counted else None,
        "by_zone": _shares(view.accuracy.zones),
        "by_class": _shares(view.accuracy.classes),
        "by_counter": _shares(view.accuracy.counters),
    }


def _shares(found: Mapping[str, Accuracy]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "lines": one.lines,
            "right": one.right,
            "line_share": one.line_share,
            "value_share": one.value_share,
        }
        for name, one in found.items()
    ]


@router.post(
    "/stocktakes/{number}/recount", response=shapes.RecountMade, operation_id="recount_stocktake", summary="Count again"
)
@replayable
def recount_stocktake(request: ApiRequest, number: StocktakeNumber, payload: shapes.RecountInput) -> shapes.RecountMade:
    """Send others to count again what differs. Needs `stock.stocktake`."""
    lines = planning.plan_recount(request.auth, number=number, counters=payload.counters, now=moment.now())
    return shapes.RecountMade(lines=lines)


@router.post(
    "/stocktakes/{number}/submit", response=shapes.HandedIn, operation_id="submit_stocktake", summary="Ask for approval"
)
@replayable
def submit_stocktake(request: ApiRequest, number: StocktakeNumber) -> shapes.HandedIn:
    """Ask somebody who did not count to agree to the differences. Needs `stock.stocktake`."""
    return shapes.HandedIn(state=deciding.submit_stocktake(request.auth, number=number, now=moment.now()))


@router.post(
    "/stocktakes/{number}/cancel", response=shapes.HandedIn, operation_id="cancel_stocktake", summary="Call off"
)
@replayable
def cancel_stocktake(request: ApiRequest, number: StocktakeNumber, payload: shapes.CancelInput) -> shapes.HandedIn:
    """Call a stocktake off before anything is booked. Needs `stock.stocktake`."""
    deciding.cancel_stocktake(request.auth, number=number, reason=payload.reason, now=moment.now())
    return shapes.HandedIn(state="cancelled")


@router.get(
    "/stocktake-sheets", response=shapes.SheetList, operation_id="list_stocktake_sheets", summary="Sheets to count"
)
def list_stocktake_sheets(request: ApiRequest) -> Any:
    """List the sheets the caller may count now. Needs `stock.count`."""
    request.auth.require("stock.count")
    return {"rows": queries.sheets_to_count(request.auth)}


@router.get(
    "/stocktake-sheets/{sheet_id}", response=shapes.SheetFull, operation_id="get_stocktake_sheet", summary="One sheet"
)
def get_stocktake_sheet(request: ApiRequest, sheet_id: SheetId) -> Any:
    """Show what to count on a sheet and what was counted, never what the books say. Needs `stock.count`."""
    request.auth.require("stock.count")
    return sheets.sheet(request.auth, sheet_id)


@router.post(
    "/stocktake-sheets/{sheet_id}/scans", response=shapes.ScanMade, operation_id="scan_stock", summary="Count a scan"
)
@replayable
def scan_stock(request: ApiRequest, sheet_id: SheetId, payload: shapes.ScanInput) -> shapes.ScanMade:
    """Count one piece more of what was scanned, or let a short number replace a count. Needs `stock.count`."""
    done = counting.scan_piece(request.auth, sheet_id=sheet_id, **payload.model_dump(), now=moment.now())
    return shapes.ScanMade.model_validate(done, from_attributes=True)


@router.put(
    "/stocktake-sheets/{sheet_id}/counts",
    response=shapes.CountsMade,
    operation_id="record_stock_counts",
    summary="Write counts",
)
def record_stock_counts(request: ApiRequest, sheet_id: SheetId, payload: shapes.CountsInput) -> shapes.CountsMade:
    """Write how many lie where; all findings at once, nothing half-done. Needs `stock.count`."""
    drafts = [counting.CountDraft(**one.model_dump()) for one in payload.counts]
    return shapes.CountsMade(
        counted=counting.record_counts(request.auth, sheet_id=sheet_id, counts=drafts, now=moment.now())
    )


@router.post(
    "/stocktake-sheets/{sheet_id}/hand-in",
    response=shapes.HandedIn,
    operation_id="hand_in_stocktake_sheet",
    summary="Hand a sheet in",
)
@replayable
def hand_in_stocktake_sheet(request: ApiRequest, sheet_id: SheetId, payload: shapes.HandInInput) -> shapes.HandedIn:
    """Hand a counted sheet in; the last one lets its lead compare. Needs `stock.count`."""
    state = counting.hand_in_sheet(request.auth, sheet_id=sheet_id, rest_is_zero=payload.rest_is_zero, now=moment.now())
    return shapes.HandedIn(state=state)


@router.put(
    "/stocktake-sheets/{sheet_id}/counter",
    response=shapes.SheetFull,
    operation_id="give_stocktake_sheet",
    summary="Give a sheet to somebody else",
)
def give_stocktake_sheet(request: ApiRequest, sheet_id: SheetId, payload: shapes.GiveInput) -> Any:
    """Give a sheet that is not handed in to another person, who begins anew. Needs `stock.stocktake`."""
    giving.give_sheet(request.auth, sheet_id=sheet_id, staff_id=payload.counter, now=moment.now())
    return sheets.sheet(request.auth, sheet_id)
