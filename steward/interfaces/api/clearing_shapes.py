"""The shapes of slow-moving and expiring stock, write-offs and costs in the API. Units: pieces, days, minor units."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from steward.interfaces.api.schemas import (
    BIGGEST_ID,
    BIGGEST_MINOR,
    Code,
    Currency,
    Filters,
    IdAfter,
    Input,
    Limit,
    Plain,
    Text,
)
from steward.interfaces.api.stock_shapes import MOST_PIECES, Count, Sku

Cause = Literal["expired", "damaged", "lost", "obsolete"]
AnyCause = Literal["expired", "damaged", "lost", "obsolete", "adjusted", "shipped"]
SlowAfter = Annotated[str, Field(max_length=60, pattern=r"^([0-9]{1,19}~[0-9]{1,19}~[0-9]{1,19})?$")]
ExpiringAfter = Annotated[str, Field(max_length=40, pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}~[0-9]{1,19})?$")]
WarehouseCode = Annotated[str, Field(max_length=50, pattern=Plain)]


class SlowQuery(Filters):
    """Which slow-moving goods."""

    warehouse: WarehouseCode = ""
    speed: Literal["", "slow", "non_moving"] = ""
    q: Text = Field("", description="Beginning of a SKU, or part of a name")
    after: SlowAfter = ""
    limit: Limit = 50


class ProposedMove(Schema):
    """Which warehouse would sell how many of them in time."""

    warehouse_code: str
    pieces: int


class SlowStockRow(Schema):
    """Goods of an item in a warehouse that move slowly; without `cover_days` nobody asked for any."""

    sku: str
    warehouse_code: str
    speed: Literal["slow", "non_moving"]
    on_hand: int
    free: int
    per_day: float
    cover_days: float | None
    idle_days: int
    last_out_at: datetime | None
    unit_minor: int
    value_minor: int
    currency: str
    basis: Literal["cost", "price"]
    share: float
    move: ProposedMove | None
    transfer: str


class SlowStockPage(Schema):
    """Slow-moving goods, the most valuable first; go on with `after` = `next_after`."""

    rows: list[SlowStockRow]
    next_after: str | None


class ExpiringQuery(Filters):
    """Which expiring lots."""

    warehouse: WarehouseCode = ""
    within_days: int | None = Field(None, ge=0, le=3650)
    at_risk: bool = False
    q: Text = Field("", description="Beginning of a SKU, or part of a name")
    after: ExpiringAfter = ""
    limit: Limit = 50


class ExpiringLotRow(Schema):
    """What lies of a lot that expires; `unsold` will likely not sell in time."""

    stock_id: int
    sku: str
    warehouse_code: str
    lot: str
    expires_date: date
    condition: str
    on_hand: int
    reserved: int
    held: int
    free: int
    days_left: int
    sell_days: int
    per_day: float
    unsold: int
    unit_minor: int
    at_risk_minor: int
    currency: str
    basis: Literal["cost", "price"]
    move: ProposedMove | None
    transfer: str
    write_off: str


class ExpiringLotPage(Schema):
    """Expiring lots, the soonest first; go on with `after` = `next_after`."""

    rows: list[ExpiringLotRow]
    next_after: str | None


class ClearanceInput(Input):
    """Goods to move to where they sell: a lot by its stock row, or an item of a warehouse. Without `quantity` all."""

    stock_id: int | None = Field(None, ge=1, le=BIGGEST_ID)
    sku: Sku | None = None
    warehouse: Code | None = None
    quantity: int | None = Field(None, ge=1, le=MOST_PIECES)


class WriteOffInput(Input):
    """Pieces of a stock row to be given up, and why."""

    stock_id: int = Field(ge=1, le=BIGGEST_ID)
    quantity: Count
    cause: Cause
    note: Text = ""


class WriteOffsInput(Input):
    """Write-offs to ask for, all or none."""

    write_offs: list[WriteOffInput] = Field(min_length=1, max_length=200)


class WriteOffOut(Schema):
    """A write-off: what, why, worth how much, and where it stands.

    `adjusted` and `shipped` are bookings by hand beyond the limit of one person; agreed to, they are booked as that.
    """

    id: int
    number: str
    stock_id: int
    sku: str
    warehouse_code: str
    lot: str
    condition: str
    quantity: int
    cause: AnyCause
    note: str
    unit_minor: int
    value_minor: int
    currency: str
    basis: Literal["cost", "price"]
    state: Literal["waiting", "written_off", "declined", "lapsed", "withdrawn"]
    approval_id: int | None
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    end_note: str


class WriteOffsMade(Schema):
    """The write-offs that were asked for."""

    rows: list[WriteOffOut]


class WriteOffQuery(Filters):
    """Which write-offs."""

    state: Literal["", "waiting", "written_off", "declined", "lapsed", "withdrawn"] = ""
    q: Text = Field("", description="A number, or the beginning of a SKU")
    after: IdAfter | None = None
    limit: Limit = 50


class WriteOffPage(Schema):
    """Write-offs, newest first; go on with `after` = `next_after`."""

    rows: list[WriteOffOut]
    next_after: int | None


class WithdrawInput(Input):
    """Why a write-off is called off."""

    reason: Text = ""


class ItemCostInput(Input):
    """What a piece of an item costs."""

    sku: Sku
    cost_minor: int = Field(ge=0, le=BIGGEST_MINOR)
    currency: Currency


class ItemCostsInput(Input):
    """Costs of items, saved all or none."""

    costs: list[ItemCostInput] = Field(min_length=1, max_length=1000)
