"""The shapes of stock, purchases, transfers and reorder points in the API. Units: pieces, days."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from steward.interfaces.api.people_shapes import Day
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, IdAfter, Input, Limit, Plain, Said, Text

MOST_PIECES = 1_000_000
Sku = Annotated[str, Field(min_length=1, max_length=64, pattern=Said)]
Pieces = Annotated[int, Field(ge=0, le=MOST_PIECES)]
Count = Annotated[int, Field(ge=-MOST_PIECES, le=MOST_PIECES)]
LotCode = Annotated[str, Field(max_length=40, pattern=Plain)]
Slug = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")]
District = Annotated[str, Field(max_length=6, pattern=r"^[0-9]*$")]
StorageClass = Literal["ambient", "chilled", "frozen", "hazardous"]
Condition = Literal["sellable", "quarantine", "damaged"]


class StockPlace(Schema):
    """What one warehouse has of an item; `on_hand` counts what can be sold."""

    warehouse_code: str
    warehouse_name: str
    pool: str
    on_hand: int
    reserved: int
    held: int
    available: int
    in_transit: int
    expected_date: date | None
    quarantine: int
    damaged: int


class StockLotRow(Schema):
    """What lies of a lot in one warehouse and condition."""

    stock_id: int
    warehouse_code: str
    lot: str
    expires_date: date | None
    condition: str
    on_hand: int
    reserved: int
    held: int


class ItemStock(Schema):
    """All that lies of one item and is on its way; of a bundle, what it consists of: SKU → pieces."""

    sku: str
    places: list[StockPlace]
    lots: list[StockLotRow]
    components: dict[str, int]


class StockMovement(Schema):
    """One entry of the stock ledger."""

    id: int
    at: datetime
    sku: str
    kind: str
    warehouse_name: str
    lot: str
    condition: str
    quantity: int
    on_hand_after: int
    reference: str
    reason: str
    actor: str


class StockMovementPage(Schema):
    """Movements, newest first; go on with `after` = `next_after`."""

    rows: list[StockMovement]
    next_after: int | None


class StockLedgerQuery(Filters):
    """Which movements."""

    sku: Annotated[str, Field(max_length=64, pattern=Plain)] = ""
    kind: Annotated[str, Field(max_length=20, pattern=Plain)] = ""
    after: IdAfter | None = None
    limit: Limit = 50


class RegradeInput(Input):
    """Pieces of a stock row into another condition, with the reason."""

    stock_id: int = Field(ge=1, le=BIGGEST_ID)
    quantity: Pieces
    to: Condition
    reason: Text


class RegradesInput(Input):
    """Changes of condition, all or none. `withdraw` takes promises away where goods orders wait for are gone."""

    regrades: list[RegradeInput] = Field(min_length=1, max_length=500)
    withdraw: bool = False


class StockChanged(Schema):
    """How many rows a change of stock wrote."""

    changed: int


class ComponentsInput(Input):
    """What a bundle consists of: SKU → pieces; nothing makes it an ordinary item."""

    components: dict[Sku, Annotated[int, Field(ge=1, le=10_000)]] = Field(max_length=50)


class WarehouseFactsOut(Schema):
    """A warehouse: where it lies and what it is fit for."""

    id: int
    code: str
    name: str
    district_code: str
    latitude: float | None
    longitude: float | None
    storage_classes: list[str]
    daily_capacity: int
    reserved_orders_today: int


class WarehouseList(Schema):
    """The warehouses of a sales pool."""

    rows: list[WarehouseFactsOut]


class WarehouseInput(Input):
    """A warehouse to open; one whose code exists stays as it is."""

    code: Slug
    name: Code
    district_code: District = ""
    pool: Slug = "main"
    daily_capacity: int = Field(0, ge=0, le=10_000_000)
    storage_classes: list[StorageClass] = Field(default=["ambient"], min_length=1, max_length=4)


class ZoneInput(Input):
    """A zone of a warehouse."""

    code: Slug
    storage_class: StorageClass
    purpose: Literal["storage", "receiving", "quarantine"] = "storage"


class ZonesInput(Input):
    """Zones to add; one whose code exists stays as it is."""

    zones: list[ZoneInput] = Field(min_length=1, max_length=100)


class ReorderPointInput(Input):
    """When a warehouse orders an item anew; `computed` takes the counts from demand."""

    sku: Sku
    warehouse: Code
    method: Literal["given", "computed"] = "given"
    safety_stock: Pieces = 0
    reorder_point: Pieces = 0
    order_up_to: Pieces = 0
    lead_days: float = Field(7, ge=0, le=365, strict=False)
    lead_sd_days: float = Field(0, ge=0, le=365, strict=False)
    supplier: Annotated[str, Field(max_length=80, pattern=Plain)] = ""


class ReorderPointsInput(Input):
    """Reorder points, saved all or none."""

    points: list[ReorderPointInput] = Field(min_length=1, max_length=1000)


class ReorderPointRow(Schema):
    """A reorder point with where stock stands and what is proposed."""

    id: int
    sku: str
    warehouse_code: str
    method: str
    safety_stock: int
    reorder_point: int
    order_up_to: int
    lead_days: float
    lead_sd_days: float
    supplier: str
    demand_mean: float | None
    demand_sd: float | None
    available: int
    coming: int
    below_since: datetime | None
    proposed: int
    giver_code: str


class ReorderPointList(Schema):
    """Reorder points by SKU and warehouse."""

    rows: list[ReorderPointRow]


class ReorderQuery(Filters):
    """Which reorder points: those below, or all."""

    below: bool = False
    q: Text = Field("", description="Beginning of a SKU, or part of a name")


class ReplenishInput(Input):
    """The reorder points to order for; `how` overrules what is proposed."""

    points: list[Annotated[int, Field(ge=1, le=BIGGEST_ID)]] = Field(min_length=1, max_length=500)
    how: Literal["", "purchase", "transfer"] = ""
    expected_date: Day | None = None


class BalanceDifference(Schema):
    """A balance that is not what its ledger says, with the first entry that differs where that can be told."""

    id: int
    balance: str
    sku: str
    place: str
    stands: int
    ledger: int
    entry_id: int | None
    verdict: str
    found_at: datetime


class StockHealth(Schema):
    """What the reconciler found and has not seen in order again."""

    rows: list[BalanceDifference]
