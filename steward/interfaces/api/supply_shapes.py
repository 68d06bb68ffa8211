"""The shapes of purchases and transfers in the API. Units: pieces."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from steward.interfaces.api.people_shapes import Day
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, IdAfter, Input, Limit, Plain, Text
from steward.interfaces.api.stock_shapes import Count, LotCode, Sku


class SupplyLineInput(Input):
    """So many pieces of an item."""

    sku: Sku
    quantity: Count


class PurchaseInput(Input):
    """Goods to order from a supplier."""

    supplier: Annotated[str, Field(max_length=80, pattern=Plain)]
    warehouse: Code
    lines: list[SupplyLineInput] = Field(min_length=1, max_length=500)
    expected_date: Day | None = None
    note: Text = ""


class TransferInput(Input):
    """Goods to move from one warehouse to another."""

    origin: Code
    warehouse: Code
    lines: list[SupplyLineInput] = Field(min_length=1, max_length=500)
    expected_date: Day | None = None
    note: Text = ""


class SendInput(Input):
    """When a transfer that leaves now is expected."""

    expected_date: Day | None = None


class ExpectInput(Input):
    """When goods on their way are expected now."""

    expected_date: Day


class ReceiptLineInput(Input):
    """What came of an item; what differs needs its reason."""

    sku: Sku
    quantity: Count
    damaged: Count = 0
    lot: LotCode = ""
    expires_date: Day | None = None
    produced_date: Day | None = None
    reason: Text = ""


class ReceiptInput(Input):
    """What came; `complete` says that nothing more will come, and `reason` why anything is short."""

    lines: list[ReceiptLineInput] = Field(default=[], max_length=1000)
    complete: bool = False
    reason: Text = ""
    version: int | None = Field(None, ge=1, le=BIGGEST_ID)


class ReceiptMade(Schema):
    """What became of a delivery."""

    number: str
    state: str
    received: int
    damaged: int
    differences: int


class SupplyMade(Schema):
    """The purchase orders and transfers that were written."""

    numbers: list[str]


class SupplySummary(Schema):
    """A purchase order or transfer in a list."""

    id: int
    number: str
    kind: Literal["purchase", "transfer"]
    supplier: str
    origin: str | None
    warehouse: str
    state: str
    expected_date: date | None
    created_at: datetime
    ordered: int
    left: int


class SupplyPage(Schema):
    """Purchase orders and transfers, newest first; go on with `after` = `next_after`."""

    rows: list[SupplySummary]
    next_after: int | None


class SupplyQuery(Filters):
    """How purchase orders and transfers are narrowed."""

    kind: Literal["", "purchase", "transfer"] = ""
    open: bool = False
    q: Text = Field("", description="A number, a SKU, or part of a supplier's name")
    after: IdAfter | None = None
    limit: Limit = 50


class SupplyLineOut(Schema):
    """A line of a purchase order or transfer."""

    sku: str
    lot: str
    expires_date: date | None
    quantity: int
    received: int
    damaged: int
    left: int


class ReceiptDifferenceOut(Schema):
    """What came short, over or damaged."""

    id: int
    number: str
    sku: str
    lot: str
    kind: str
    quantity: int
    reason: str
    at: datetime
    actor: str
    settled_at: datetime | None
    settled_by: str
    settlement: str


class ReceiptDifferences(Schema):
    """Differences on receipt, newest first."""

    rows: list[ReceiptDifferenceOut]


class SupplyFull(Schema):
    """A purchase order or transfer with its lines and differences."""

    number: str
    kind: Literal["purchase", "transfer"]
    supplier: str
    origin: str | None
    warehouse_code: str
    state: str
    expected_date: date | None
    note: str
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    version: int
    lines: list[SupplyLineOut]
    differences: list[ReceiptDifferenceOut]


class SettlementInput(Input):
    """How a difference was settled."""

    settlement: Text
