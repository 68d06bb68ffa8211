"""What the API gives: the shapes of its answers. Money in minor units of the named currency; times in UTC."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticKnownError

BIGGEST_ID = 2**63 - 1
BIGGEST_MINOR = 10**15
Plain = r"^[^\x00]*$"
# Says something: not blanks alone, and no character that the database cannot hold.
Said = r"^[^\x00]*[^\s\x00][^\x00]*$"
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=Plain)]
Text = Annotated[str, StringConstraints(max_length=200, pattern=Plain)]
Currency = Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]
Limit = Annotated[int, Field(ge=1, le=500)]
IdAfter = Annotated[int, Field(ge=0, le=BIGGEST_ID)]


def _written(value: Any) -> Any:
    """Let pass what is written as a time; a bare number of seconds is none."""
    if isinstance(value, datetime) or (isinstance(value, str) and "-" in value):
        return value
    raise PydanticKnownError("datetime_type")


def _in_utc(value: datetime) -> datetime:
    """Give a time in UTC: the database knows no zones further away than sixteen hours."""
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticKnownError("datetime_parsing", {"error": "out of range"}) from None


Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_in_utc)]


class Filters(Schema):
    """Query parameters; what the address does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Input(Schema):
    """A body that is read strictly: unknown fields are refused, and so is a text where a number belongs."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Person(Schema):
    """The buyer or recipient, masked."""

    name: str
    phone: str
    email: str
    region: str
    street: str
    has_note: bool
    erased: bool


class Clock(Schema):
    """A time limit. A paused one has no `due_at`."""

    kind: str
    target_s: int
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    outcome: Literal["running", "met", "breached", "cancelled"]


class OrderSummary(Schema):
    """One order of a list."""

    id: int
    number: str
    shop_code: str
    external_number: str
    state: str
    payment_state: str
    fulfilment_state: str
    state_since: datetime
    currency: str
    total_minor: int
    paid_minor: int
    placed_at: datetime
    received_at: datetime
    source: str
    historic: bool
    simulated: bool
    priority: Literal["low", "normal", "urgent"]
    delivery_due_at: datetime | None
    customer: Person
    line_count: int
    open_findings: int
    worst_severity: str
    clock: Clock | None


class OrderPage(Schema):
    """Orders, newest first; ask for older ones with `after` = `next_after` (null: there are none)."""

    rows: list[OrderSummary]
    next_after: int | None


class Line(Schema):
    """One line of an order."""

    position: int
    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    total_minor: int
    cancelled_quantity: int
    stocked: bool


class Found(Schema):
    """What a check found; `resolution` is empty while it is open."""

    id: int
    field: str
    code: str
    severity: Literal["error", "warning"]
    text: str
    suggestion: dict[str, Any] | None
    found_at: datetime
    resolution: str
    resolved_by: str
    resolved_at: datetime | None


class Payment(Schema):
    """A movement of money for the order."""

    direction: Literal["payment", "refund"]
    provider: str
    transaction: str
    method: str
    amount_minor: int
    currency: str
    happened_at: datetime
    recorded_at: datetime


class Promised(Schema):
    """Goods promised to the order."""

    sku: str
    pool: str
    quantity: int


class OrderAdjustment(Schema):
    """What made the order cheaper, and its terms; `lines` are positions, none: all."""

    kind: Literal["coupon", "promotion", "points", "gift_card", "free_shipping", "points_earned"]
    code: str
    amount_minor: int
    threshold_minor: int
    points: int
    lines: list[int]
    back: bool


class OrderFull(Schema):
    """One order with all that hangs on it."""

    order: OrderSummary
    lines_minor: int
    shipping_minor: int
    discount_minor: int
    refunded_minor: int
    country: str
    province: str
    district_code: str
    cancel_cause: str
    not_supplied: list[str]
    adjustments: list[OrderAdjustment]
    lines: list[Line]
    findings: list[Found]
    payments: list[Payment]
    promises: list[Promised]
    clocks: list[Clock]


class Revealed(Schema):
    """Personal data of an order in the clear; that they were read is recorded."""

    number: str
    personal: dict[str, Any]


class PaymentResult(Schema):
    """What became of one entry, in the order sent."""

    outcome: Literal["recorded", "duplicate", "conflict", "refused"]
    entry_id: int
    code: str


class PaymentResults(Schema):
    """What became of each entry."""

    results: list[PaymentResult]


class Item(Schema):
    """An item of the catalogue."""

    id: int
    sku: str
    name_zh: str
    name_en: str
    stocked: bool
    storage_class: str
    price_minor: int
    currency: str
    weight_g: int
    usual_quantity: int
    category: str
    return_class: str
    warranty_months: int
    serialised: bool
    family: str


class ItemPage(Schema):
    """Items by id."""

    rows: list[Item]
    next_after: int | None


class ItemsMade(Schema):
    """The ids of new items by SKU; a SKU that existed stays as it was and is not listed."""

    created: dict[str, int]


class Stock(Schema):
    """What a sales pool has of an item, in pieces."""

    item_id: int
    sku: str
    pool: str
    sellable: int
    promised: int
    available: int


class StockPage(Schema):
    """Stock by row."""

    rows: list[Stock]
    next_after: int | None


class MovementsMade(Schema):
    """How many movements were booked, and the numbers of those that are held until another person agrees."""

    recorded: int
    waiting: list[str] = []


class Shop(Schema):
    """A sales channel."""

    code: str
    name: str
    platform: str
    currency: str
    country: str
    time_zone: str
    active: bool


class ShopList(Schema):
    """The shops the caller may see."""

    rows: list[Shop]


class ImportRun(Schema):
    """One file taken in and what became of its rows."""

    id: int
    shop_code: str
    mapping_code: str
    mapping_version: int
    file_name: str
    historic: bool
    state: Literal["waiting", "running", "done", "failed"]
    received: int
    created: int
    duplicate: int
    conflict: int
    rejected: int
    cancellations: int
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class LoggedEvent(Schema):
    """One fact that happened; `place` is where it stands in the log."""

    place: str
    id: int
    kind: str
    subject_kind: str
    subject_id: int
    at: datetime
    actor: str
    data: dict[str, Any]
    simulated: bool


class EventPage(Schema):
    """Events, oldest first; go on with `after` = `next_after`. An empty page gives back where you stood."""

    rows: list[LoggedEvent]
    next_after: str


class Parameter(Schema):
    """A business number and its bounds."""

    name: str
    label: str
    unit: str
    kind: str
    value: Any
    default: Any
    minimum: float | None
    maximum: float | None


class ParameterList(Schema):
    """Every business number."""

    rows: list[Parameter]


class ParameterSet(Schema):
    """The version that is in force now."""

    name: str
    version: int


class ProviderMade(Schema):
    """A registered provider with the secret it signs with; it is shown this once."""

    code: str
    name: str
    secret: str
