"""Stock by warehouse and lot, its ledger and health, warehouses, bundles, reorder points."""

from typing import Annotated, Any

from ninja import Path, Query, Router

from steward.interfaces.api import stock_shapes as shapes
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Plain
from steward.interfaces.api.supply_shapes import SupplyMade
from steward.kernel import errors, moment
from steward.modules.catalog import commands as catalog_commands
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries
from steward.modules.inventory.commands import places, planning, proving, regrading

router = Router(tags=["stock"])
SkuPath = Annotated[str, Path(min_length=1, max_length=64, pattern=Plain)]
CodePath = Annotated[str, Path(min_length=1, max_length=50, pattern=Plain)]


def _item(sku: str) -> catalog.ItemFacts:
    """Find an item by its SKU. Raises: NotFound."""
    found = catalog.items_by_sku([sku]).get(sku)
    if found is None:
        raise errors.NotFound(key=sku)
    return found


@router.get("/stock/items/{sku}", response=shapes.ItemStock, operation_id="get_item_stock", summary="Stock of an item")
def get_item_stock(request: ApiRequest, sku: SkuPath) -> Any:
    """Tell what each warehouse has of an item, by lot and condition, and what is on its way. Needs `stock.view`."""
    request.auth.require("stock.view")
    item = _item(sku)
    parts = catalog.items_by_id([id_ for id_, _pieces in item.components])
    return {
        "sku": item.sku,
        "places": queries.board([item.id])[item.id],
        "lots": queries.lots_of_item(item.id),
        "components": {parts[id_].sku: pieces for id_, pieces in item.components if id_ in parts},
    }


@router.get(
    "/stock/ledger", response=shapes.StockMovementPage, operation_id="list_movements", summary="Ledger of stock"
)
def list_movements(request: ApiRequest, narrow: Query[shapes.StockLedgerQuery]) -> Any:
    """List movements, newest first, page by page. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    item_id = _item(narrow.sku).id if narrow.sku else None
    rows = queries.movements_page(item_id=item_id, kind=narrow.kind, before=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post(
    "/stock/regrades", response=shapes.StockChanged, operation_id="regrade_stock", summary="Change condition of goods"
)
@replayable
def regrade_stock(request: ApiRequest, payload: shapes.RegradesInput) -> shapes.StockChanged:
    """Move goods between sellable, quarantine and damaged, all or none. Needs `stock.move`."""
    changes = [regrading.Regrade(**one.model_dump()) for one in payload.regrades]
    changed = regrading.regrade_stock(request.auth, regrades=changes, withdraw=payload.withdraw, now=moment.now())
    return shapes.StockChanged(changed=changed)


@router.put(
    "/items/{sku}/components", response=shapes.ItemStock, operation_id="set_components", summary="Make a bundle"
)
def put_components(request: ApiRequest, sku: SkuPath, payload: shapes.ComponentsInput) -> Any:
    """Say what an item consists of; nothing makes it an ordinary item again. Needs `catalog.edit`."""
    request.auth.require("catalog.edit")
    item = _item(sku)
    catalog_commands.set_components(request.auth, item_id=item.id, components=payload.components)
    return {"sku": item.sku, "places": [], "lots": [], "components": payload.components}


@router.get("/warehouses", response=shapes.WarehouseList, operation_id="list_warehouses", summary="List warehouses")
def list_warehouses(request: ApiRequest, pool: Annotated[str, Query(max_length=50, pattern=Plain)] = "main") -> Any:
    """List the warehouses of a sales pool with their zones and how busy they are. Needs `stock.view`."""
    request.auth.require("stock.view")
    return {"rows": queries.warehouses_for_allocation(pool)}


@router.post("/warehouses", response=shapes.StockChanged, operation_id="open_warehouse", summary="Open a warehouse")
@replayable
def open_warehouse(request: ApiRequest, payload: shapes.WarehouseInput) -> shapes.StockChanged:
    """Open a warehouse with a zone for each class of goods. Needs `stock.move`."""
    places.open_warehouse(request.auth, **payload.model_dump())
    return shapes.StockChanged(changed=1)


@router.post("/warehouses/{code}/zones", response=shapes.StockChanged, operation_id="add_zones", summary="Add zones")
@replayable
def add_zones(request: ApiRequest, code: CodePath, payload: shapes.ZonesInput) -> shapes.StockChanged:
    """Add zones to a warehouse. Needs `stock.move`."""
    drafts = [places.ZoneDraft(**one.model_dump()) for one in payload.zones]
    return shapes.StockChanged(changed=places.add_zones(request.auth, warehouse=code, zones=drafts))


@router.get(
    "/reorder-points", response=shapes.ReorderPointList, operation_id="list_reorder_points", summary="Reorder points"
)
def list_reorder_points(request: ApiRequest, narrow: Query[shapes.ReorderQuery]) -> Any:
    """List reorder points with where stock stands and what to order. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    rows = queries.plan_rows(only_below=narrow.below, text=narrow.q)
    names = shapes.ReorderPointRow.model_fields.keys() - {"available", "coming"}
    return {
        "rows": [
            {name: getattr(row, name) for name in names}
            | {"available": row.position.available, "coming": row.position.coming}
            for row in rows
        ]
    }


@router.post(
    "/reorder-points", response=shapes.StockChanged, operation_id="set_reorder_points", summary="Set reorder points"
)
@replayable
def set_reorder_points(request: ApiRequest, payload: shapes.ReorderPointsInput) -> shapes.StockChanged:
    """Give reorder points or let them be computed, all or none. Needs `stock.plan`."""
    drafts = [planning.PointDraft(**one.model_dump()) for one in payload.points]
    return shapes.StockChanged(changed=planning.set_reorder_points(request.auth, points=drafts, now=moment.now()))


@router.post("/replenishment", response=SupplyMade, operation_id="order_proposed", summary="Order proposals")
@replayable
def order_proposed(request: ApiRequest, payload: shapes.ReplenishInput) -> SupplyMade:
    """Order what is proposed for reorder points: purchase orders and transfers. Needs `stock.purchase`."""
    numbers = planning.order_proposed(
        request.auth,
        point_ids=payload.points,
        how=payload.how,
        expected_date=payload.expected_date,
        now=moment.now(),
    )
    return SupplyMade(numbers=numbers)


@router.get("/stock/health", response=shapes.StockHealth, operation_id="get_stock_health", summary="Stock health")
def get_stock_health(request: ApiRequest) -> Any:
    """List balances that are not what their ledgers say. Needs `stock.view`."""
    request.auth.require("stock.view")
    return {"rows": queries.discrepancies()}


@router.post(
    "/stock/health", response=shapes.StockHealth, operation_id="prove_balances", summary="Compare balances now"
)
@replayable
def prove_balances(request: ApiRequest) -> shapes.StockHealth:
    """Compare every balance with its ledger now. Needs `stock.move`."""
    proving.prove_balances(request.auth, now=moment.now())
    return shapes.StockHealth(
        rows=[shapes.BalanceDifference.model_validate(one, from_attributes=True) for one in queries.discrepancies()]
    )
