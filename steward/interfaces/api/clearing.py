"""Slow-moving and expiring stock, transfers of what does not sell, write-offs and costs of items."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import clearing_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Plain
from steward.interfaces.api.stock_shapes import StockChanged
from steward.interfaces.api.supply_shapes import SupplyMade
from steward.kernel import errors, moment
from steward.modules.inventory.commands import clearing as commands
from steward.modules.inventory.commands import writing_off
from steward.modules.inventory.queries import clearing, suggesting, write_offs

router = Router(tags=["clearing stock"])
WriteOffNumber = Annotated[str, Path(min_length=1, max_length=20, pattern=Plain, description="WO-…")]
BIGGEST = 2**63 - 1


class NamesNoGoods(errors.BadInput):
    """Refuse to move goods that are named neither by a stock row nor by item and warehouse."""

    code = "names_no_goods"


@router.get("/stock/slow", response=shapes.SlowStockPage, operation_id="list_slow_stock", summary="Slow-moving stock")
def list_slow_stock(request: ApiRequest, narrow: Query[shapes.SlowQuery]) -> Any:
    """List goods that move slowly or not at all, with where they would sell. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    now, after = moment.now(), [int(part) for part in narrow.after.split("~") if part]
    rows = clearing.slow_stock(
        warehouse=narrow.warehouse,
        speed=narrow.speed,
        text=narrow.q,
        after=tuple(min(part, BIGGEST) for part in after) if after else None,  # type: ignore[arg-type]
        limit=narrow.limit + 1,
        now=now,
    )
    return _page(rows, narrow.limit)


@router.get(
    "/stock/expiring", response=shapes.ExpiringLotPage, operation_id="list_expiring_lots", summary="Expiring lots"
)
def list_expiring_lots(request: ApiRequest, narrow: Query[shapes.ExpiringQuery]) -> Any:
    """List lots that expire soon, what of them will not sell in time, and where it would. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    day, _mark, stock = narrow.after.partition("~")
    try:
        after = (date.fromisoformat(day), min(int(stock), BIGGEST)) if day else None
    except ValueError:
        finding = {"field": "after", "in": "query", "code": "no_day", "message": f"{day} is no day."}
        raise errors.BadInput([finding]) from None
    rows = clearing.expiring_lots(
        warehouse=narrow.warehouse,
        within_days=narrow.within_days,
        only_at_risk=narrow.at_risk,
        text=narrow.q,
        after=after,
        limit=narrow.limit + 1,
        now=moment.now(),
    )
    return _page(rows, narrow.limit)


def _page(rows: Sequence[suggesting.Row], limit: int) -> dict[str, Any]:
    """Lay out a page: each row with where it would sell and what was done about it."""
    shown = rows[:limit]
    found = suggesting.suggestions(shown, now=moment.now())
    done = suggesting.done_about(row.item_id for row in shown)
    laid_out = []
    for place, row in enumerate(shown):
        facts = {name: getattr(row, name) for name in row.__struct_fields__}
        facts |= {"move": found.get(place), "transfer": done.transfer_of(row)}
        facts["write_off"] = done.write_offs.get(facts.get("stock_id", 0), "")
        laid_out.append(facts)
    more = len(rows) > limit
    return {"rows": laid_out, "next_after": "~".join(str(part) for part in shown[-1].key) if more else None}


@router.post("/stock/clearances", response=SupplyMade, operation_id="propose_clearance", summary="Move goods")
@replayable
def propose_clearance(request: ApiRequest, payload: shapes.ClearanceInput) -> SupplyMade:
    """Plan the transfer of goods to the warehouse that sells most of them in time, once. Needs `stock.purchase`."""
    now = moment.now()
    if payload.stock_id is not None:
        number = commands.propose_lot_transfer(
            request.auth, stock_id=payload.stock_id, quantity=payload.quantity, now=now
        )
    elif payload.sku is not None and payload.warehouse is not None:
        number = commands.propose_item_transfer(
            request.auth, sku=payload.sku, warehouse=payload.warehouse, quantity=payload.quantity, now=now
        )
    else:
        request.auth.require("stock.purchase")
        finding = {"field": "stock_id", "in": "body", "code": "names_no_goods", "message": "Name a stock row, or both."}
        raise NamesNoGoods([finding])
    return SupplyMade(numbers=[number])


@router.get("/write-offs", response=shapes.WriteOffPage, operation_id="list_write_offs", summary="Write-offs")
def list_write_offs(request: ApiRequest, narrow: Query[shapes.WriteOffQuery]) -> Any:
    """List write-offs, newest first. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    rows = write_offs.write_offs_page(
        states=[narrow.state] if narrow.state else (), text=narrow.q, before=narrow.after, limit=narrow.limit + 1
    )
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/write-offs/{number}", response=shapes.WriteOffOut, operation_id="get_write_off", summary="One write-off")
def get_write_off(request: ApiRequest, number: WriteOffNumber) -> Any:
    """Show a write-off. Needs `stock.view`."""
    request.auth.require("stock.view")
    return write_offs.write_off(number)


@router.post("/write-offs", response=shapes.WriteOffsMade, operation_id="ask_write_offs", summary="Ask for write-offs")
@replayable
def ask_write_offs(request: ApiRequest, payload: shapes.WriteOffsInput) -> shapes.WriteOffsMade:
    """Ask for goods to be given up, all or none; they are held until somebody else decides. Needs `stock.write_off`."""
    drafts = [writing_off.WriteOffDraft(**one.model_dump()) for one in payload.write_offs]
    numbers = writing_off.ask_write_offs(request.auth, drafts=drafts, now=moment.now())
    rows = [write_offs.write_off(number) for number in numbers]
    return shapes.WriteOffsMade(rows=[shapes.WriteOffOut.model_validate(row, from_attributes=True) for row in rows])


@router.post(
    "/write-offs/{number}/withdraw",
    response=shapes.WriteOffOut,
    operation_id="withdraw_write_off",
    summary="Call a write-off off",
)
def withdraw_write_off(request: ApiRequest, number: WriteOffNumber, payload: shapes.WithdrawInput) -> Any:
    """Call a write-off off before it is decided; its goods are free again. Needs `stock.write_off`."""
    writing_off.withdraw_write_off(request.auth, number=number, reason=payload.reason, now=moment.now())
    return write_offs.write_off(number)


@router.put("/item-costs", response=StockChanged, operation_id="set_item_costs", summary="Costs of items")
def set_item_costs(request: ApiRequest, payload: shapes.ItemCostsInput) -> StockChanged:
    """Say what pieces of items cost, all or none; write-offs and lists value them so. Needs `stock.costs`."""
    drafts = [commands.CostDraft(**one.model_dump()) for one in payload.costs]
    return StockChanged(changed=commands.set_costs(request.auth, costs=drafts, now=moment.now()))
