"""Shops, items and stock."""

from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema

from steward.interfaces.api import wording
from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.people_shapes import Day
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import (
    BIGGEST_MINOR,
    Code,
    Currency,
    Filters,
    IdAfter,
    Input,
    ItemPage,
    ItemsMade,
    Limit,
    MovementsMade,
    Plain,
    Said,
    ShopList,
    StockPage,
    Text,
)
from steward.kernel import errors, moment
from steward.modules.catalog import commands as catalog_commands
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands import moving

router = Router(tags=["goods"])
MOST_PIECES = 1_000_000
MOST_GRAMS = 10_000_000
MOST_DAYS = 36_500
MOST_MM = 100_000
Category = Annotated[str, Field(max_length=80, pattern=r"^([a-z0-9_-]+(/[a-z0-9_-]+)*)?$")]
ReturnClass = Literal["", "custom_made", "fresh", "digital", "press", "hygiene", "final_sale"]
Warranty = Annotated[int, Field(ge=0, le=240)]
Family = Annotated[str, Field(max_length=64, pattern=Plain)]
Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=Said)]


class PageQuery(Filters):
    """Which page of a list."""

    q: Text = Field("", description="Beginning of a SKU, or part of a name")
    after: IdAfter = 0
    limit: Limit = 50


class ItemInput(Input):
    """An item to add. Money in minor units, weight in grams, days and millimetres (0: unknown)."""

    sku: Sku
    name_zh: Code
    name_en: Text = ""
    stocked: bool = True
    storage_class: Literal["ambient", "chilled", "frozen", "hazardous"] = "ambient"
    price_minor: int = Field(0, ge=0, le=BIGGEST_MINOR)
    currency: Currency = "CNY"
    weight_g: int = Field(0, ge=0, le=MOST_GRAMS)
    barcode: Annotated[str, Field(max_length=32, pattern=Plain)] = ""
    usual_quantity: int = Field(0, ge=0, le=MOST_PIECES)
    shelf_life_days: int = Field(0, ge=0, le=MOST_DAYS)
    minimum_remaining_days: int = Field(0, ge=0, le=MOST_DAYS)
    length_mm: int = Field(0, ge=0, le=MOST_MM)
    width_mm: int = Field(0, ge=0, le=MOST_MM)
    height_mm: int = Field(0, ge=0, le=MOST_MM)
    abc_class: Literal["", "A", "B", "C"] = ""
    category: Category = ""
    return_class: ReturnClass = ""
    warranty_months: Warranty = 0
    serialised: bool = False
    family: Family = ""


class ReturnFactsItem(Input):
    """One item's. `category` is a path of codes; `return_class`: why it is not taken back without a reason; months."""

    sku: Sku
    category: Category = ""
    return_class: ReturnClass = ""
    warranty_months: Warranty = 0
    serialised: bool = False


class ReturnFactsInput(Input):
    """What after-sales has to know of items that are there: all of it, what is left out is emptied."""

    items: list[ReturnFactsItem] = Field(min_length=1, max_length=1000)


class FamiliesInput(Input):
    """SKU → the product it is a variant of (a name that its variants share); "" takes it out of its family."""

    families: dict[Sku, Family] = Field(min_length=1, max_length=1000)


class ItemsChanged(Schema):
    """How many changed."""

    changed: int


class ItemsInput(Input):
    """Items to add."""

    items: list[ItemInput] = Field(min_length=1, max_length=1000)


class MovementInput(Input):
    """Goods received or returned (+), shipped (-) or adjusted (±, with a reason), in pieces, by lot and condition."""

    warehouse: Code
    sku: Sku
    kind: Literal["received", "shipped", "adjusted", "returned"]
    quantity: int = Field(ge=-MOST_PIECES, le=MOST_PIECES)
    reference: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    reason: Text = ""
    lot: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    expires_date: Day | None = None
    produced_date: Day | None = None
    condition: Literal["sellable", "quarantine", "damaged"] = "sellable"


class MovementsInput(Input):
    """Movements of goods, written all or none."""

    movements: list[MovementInput] = Field(min_length=1, max_length=1000)


@router.get("/shops", response=ShopList, operation_id="list_shops", summary="List shops")
def list_shops(request: ApiRequest) -> Any:
    """List the sales channels the caller may see. Needs `orders.view`."""
    request.auth.require("orders.view")
    return {"rows": [shop for shop in catalog.shops() if request.auth.covers(shop.code)]}


@router.get("/items", response=ItemPage, operation_id="list_items", summary="List items")
def list_items(request: ApiRequest, narrow: Query[PageQuery]) -> Any:
    """List items by id, page by page. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    rows = catalog.items_page(text=narrow.q, after=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.post("/items", response=ItemsMade, operation_id="create_items", summary="Add items")
@replayable
def create_items(request: ApiRequest, payload: ItemsInput) -> ItemsMade:
    """Add items, all or none; a SKU that exists stays as it is. Needs `catalog.edit`."""
    drafts = [catalog_commands.ItemDraft(**item.model_dump()) for item in payload.items]
    return ItemsMade(created=catalog_commands.create_items(request.auth, items=drafts))


@router.put(
    "/items/return-facts", response=ItemsChanged, operation_id="set_return_facts", summary="Say how items come back"
)
@replayable
def set_return_facts(request: ApiRequest, payload: ReturnFactsInput) -> ItemsChanged:
    """Set category, return class, warranty and serial numbers of items, all or none. Needs `catalog.edit`."""
    drafts = [catalog_commands.ReturnFacts(**item.model_dump()) for item in payload.items]
    return ItemsChanged(changed=catalog_commands.set_return_facts(request.auth, items=drafts))


@router.put("/items/families", response=ItemsChanged, operation_id="set_families", summary="Say what are variants")
@replayable
def set_families(request: ApiRequest, payload: FamiliesInput) -> ItemsChanged:
    """Say of items of which product they are variants, all or none. Needs `catalog.edit`."""
    families = {str(sku): family for sku, family in payload.families.items()}
    return ItemsChanged(changed=catalog_commands.set_families(request.auth, families=families))


@router.get("/stock", response=StockPage, operation_id="list_stock", summary="List stock")
def list_stock(request: ApiRequest, narrow: Query[PageQuery]) -> Any:
    """List what each sales pool has, page by page. Needs `stock.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("stock.view")
    rows = inventory.stock_page(text=narrow.q, after=narrow.after, limit=narrow.limit + 1)
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].promise_id if len(rows) > narrow.limit else None}


@router.post("/stock/movements", response=MovementsMade, operation_id="record_movements", summary="Move stock")
@replayable
def record_movements(request: ApiRequest, payload: MovementsInput) -> MovementsMade:
    """Write movements of goods, all or none. Needs `stock.move`.

    What takes goods away by hand beyond the limit of one person is not booked yet: it is held and waits for another
    person's approval. `waiting` has the numbers under which `GET /write-offs/{number}` tells what became of it.
    """
    request.auth.require("stock.move")
    ids = catalog.item_ids_by_sku({movement.sku for movement in payload.movements})
    strange = [
        wording.finding(f"movements.{place}.sku", "sku_unknown", sku=movement.sku)
        for place, movement in enumerate(payload.movements)
        if movement.sku not in ids
    ]
    if strange:
        raise errors.BadInput(strange)
    drafts = [
        moving.MovementDraft(item_id=ids[movement.sku], **movement.model_dump(exclude={"sku"}))
        for movement in payload.movements
    ]
    made = moving.record_movements(request.auth, movements=drafts, now=moment.now())
    return MovementsMade(recorded=made.booked, waiting=list(made.waiting))
