"""The shapes of stocktakes in the API. Units: pieces, lines; minor units. A sheet never says what the books say."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from steward.interfaces.api.people_shapes import Day
from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, IdAfter, Input, Limit, Plain, Text
from steward.interfaces.api.stock_shapes import Condition, Count, LotCode, Sku, Slug

RowId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
ScanText = Annotated[str, Field(min_length=1, max_length=120, pattern=Plain)]
StocktakeState = Literal["counting", "comparing", "awaiting_approval", "approved", "done", "cancelled"]


class StocktakeInput(Input):
    """What to count: no zones and no classes are everything, no counters is whoever takes a sheet."""

    warehouse: Code
    zones: list[Slug] = Field(default=[], max_length=100)
    classes: list[Literal["A", "B", "C"]] = Field(default=[], max_length=3)
    counters: list[RowId] = Field(default=[], max_length=100)
    due_date: Day | None = None
    note: Text = ""


class StocktakeMade(Schema):
    """The number of a stocktake that was planned."""

    number: str


class RecountInput(Input):
    """Who counts again; nobody named is whoever takes a sheet and has not counted it."""

    counters: list[RowId] = Field(default=[], max_length=100)


class RecountMade(Schema):
    """How many lines are counted again."""

    lines: int


class GiveInput(Input):
    """Who counts a sheet from now on."""

    counter: RowId


class CancelInput(Input):
    """Why a count is called off."""

    reason: Annotated[str, Field(max_length=300, pattern=Plain)]


class StocktakeQuery(Filters):
    """Which stocktakes."""

    state: StocktakeState | Literal[""] = ""
    after: IdAfter | None = None
    limit: Limit = 50


class StocktakeSummary(Schema):
    """A stocktake in a list; `differing` is null while the books are not shown to the caller."""

    id: int
    number: str
    warehouse: str
    zones: list[str]
    classes: list[str]
    state: str
    due_date: date | None
    created_at: datetime
    lines: int
    counted: int
    differing: int | None


class StocktakePage(Schema):
    """Stocktakes, newest first; go on with `after` = `next_after`."""

    rows: list[StocktakeSummary]
    next_after: int | None


class SheetSummary(Schema):
    """A sheet and how far it is."""

    id: int
    number: str
    warehouse: str
    round: int
    zone: str
    counter: str
    state: str
    handed_in_at: datetime | None
    lines: int
    counted: int


class SheetList(Schema):
    """Sheets the caller may count: their own, and those nobody has taken."""

    rows: list[SheetSummary]


class SheetLine(Schema):
    """A place on a sheet and what its counter found there; null while it is not counted."""

    id: int
    sku: str
    barcode: str
    name_zh: str
    lot: str
    expires_date: date | None
    condition: str
    counted: int | None


class SheetFull(Schema):
    """A sheet to count, blind."""

    id: int
    number: str
    warehouse: str
    round: int
    zone: str
    counter: str
    state: str
    left: int
    lines: list[SheetLine]


class ScanInput(Input):
    """What was scanned: SKU, barcode or SKU#LOT; a short number with `line_id` is the count of that line."""

    code: ScanText
    line_id: RowId | None = None
    condition: Condition = "sellable"


class ScanMade(Schema):
    """What became of a scan: `counted` with its line and count, or `choose` between lines with nothing counted."""

    outcome: Literal["counted", "choose"]
    line_id: int | None
    counted: int
    choices: list[int]


class CountInput(Input):
    """So many pieces; it replaces what was counted there before."""

    sku: Sku
    quantity: Count
    lot: LotCode = ""
    condition: Condition = "sellable"


class CountsInput(Input):
    """Counts of one sheet, written all or none."""

    counts: list[CountInput] = Field(min_length=1, max_length=1000)


class CountsMade(Schema):
    """How many lines were counted."""

    counted: int


class HandInInput(Input):
    """`rest_is_zero` says that nothing lies where nothing was counted."""

    rest_is_zero: bool = False


class HandedIn(Schema):
    """Where the stocktake stands after a sheet was handed in."""

    state: str


class CountFound(Schema):
    """Who counted a line, and the difference they found."""

    counter: str
    difference: int


class StocktakeDifference(Schema):
    """A place whose count is not what the ledger said at that instant."""

    sku: str
    lot: str
    condition: str
    zone: str
    abc_class: str
    expected: int
    counted: int
    difference: int
    difference_minor: int
    currency: str
    counted_at: datetime
    booked: int | None
    must_recount: bool
    found: list[CountFound]


class AccuracyOut(Schema):
    """How right something was; shares 0–1, null where nothing was counted."""

    name: str
    lines: int
    right: int
    line_share: float | None
    value_share: float | None


class StocktakeFull(Schema):
    """One stocktake; while anybody counts `is_blind` is true and there are no differences and figures in it."""

    number: str
    warehouse_code: str
    zones: list[str]
    classes: list[str]
    note: str
    state: str
    due_date: date | None
    recounts: int
    approval_id: int | None
    off_minor: int | None
    currency: str
    reason: str
    created_at: datetime
    ended_at: datetime | None
    is_blind: bool
    sheets: list[SheetSummary]
    differences: list[StocktakeDifference]
    accuracy: AccuracyOut | None
    by_zone: list[AccuracyOut]
    by_class: list[AccuracyOut]
    by_counter: list[AccuracyOut]
