"""What the API takes and gives of repairs. Units: pieces, minutes, minor units of the named currency."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from steward.interfaces.api.case_shapes import RowId
from steward.interfaces.api.schemas import (
    BIGGEST_MINOR,
    Code,
    Filters,
    IdAfter,
    Input,
    Instant,
    Limit,
    Plain,
    Said,
    Text,
)
from steward.modules.returns.queries.repairs import QUEUES
from steward.modules.returns.rules import repair as rules

Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Minor = Annotated[int, Field(ge=0, le=BIGGEST_MINOR)]
Serial = Annotated[str, Field(max_length=80, pattern=Plain)]
Place = Annotated[str, Field(max_length=50, pattern=Plain)]
Note = Annotated[str, Field(max_length=1000, pattern=Plain)]
Words = Annotated[str, Field(max_length=400, pattern=Plain)]
Why = Annotated[str, Field(min_length=1, max_length=200, pattern=Said)]


def _one_of(values: tuple[str, ...]) -> Any:
    return Field("", json_schema_extra={"enum": ["", *values]}, pattern="^(|" + "|".join(values) + ")$")


class RepairQuery(Filters):
    """How a list of repairs is narrowed."""

    queue: str = _one_of(QUEUES)
    state: str = _one_of(rules.STATES)
    q: Text = Field("", description="The number of a repair, a case, an order, or a serial number")
    after: IdAfter | None = None
    limit: Limit = 50


class PartInput(Input):
    """A part a repair needs; without a price the item's own counts."""

    sku: Code
    quantity: int = Field(1, ge=1, le=99)
    warehouse: Place = ""
    price_minor: Minor | None = None


class WorkInput(Input):
    """A piece of work: how long it took, what there is to say, pictures that were handed in."""

    minutes: Minutes = 0
    note: Note = ""
    attachment_ids: list[RowId] = Field(default=[], max_length=20)


class DiagnosisInput(WorkInput):
    """What is wrong and by whose doing, the serial number, and the parts it needs."""

    fault: Literal[
        "power", "battery", "display", "connection", "mechanical", "leak", "heat", "noise", "appearance", "other"
    ]
    cause: Literal["defect", "wear", "misuse", "no_fault"]
    serial: Serial = ""
    parts: list[PartInput] = Field(default=[], max_length=50)


class PartsInput(Input):
    """Parts that are needed."""

    parts: list[PartInput] = Field(min_length=1, max_length=50)


class PartUsed(Input):
    """How many pieces of a part were used."""

    part_id: RowId
    used: int = Field(ge=0, le=99)


class TestInput(WorkInput):
    """Whether it works now, and which parts were used: whole, where none is named."""

    passed: bool
    parts: list[PartUsed] = Field(default=[], max_length=50)


class ExtraInput(Input):
    """Something else a repair costs."""

    what: Annotated[str, Field(min_length=1, max_length=200, pattern=Said)]
    amount_minor: Minor


class QuoteInput(Input):
    """What a repair would cost: minutes of work, the parts it needs, what else."""

    minutes: Minutes
    extras: list[ExtraInput] = Field(default=[], max_length=20)
    note: Words = ""
    days: int | None = Field(None, ge=1, le=90)


class AnswerInput(Input):
    """The customer's answer to a quote."""

    quote_id: RowId
    approved: bool
    words: Words = ""


class CoverageInput(Input):
    """Whether a repair is free of charge, and why."""

    covered: bool
    why: Why


class AssignInput(Input):
    """Who repairs it."""

    technician_id: RowId


class VisitInput(Input):
    """When it is seen to: at a station, at one of its times, or at the customer's ("")."""

    starts_at: Instant
    station: Place = ""
    technician_id: RowId | None = None


class WhyInput(Input):
    """Why something is done."""

    why: Why


class LoanInput(Input):
    """What is lent, out of which warehouse, for how many days."""

    sku: Code
    warehouse: Annotated[str, Field(min_length=1, max_length=50, pattern=Plain)]
    serial: Serial = ""
    days: int | None = Field(None, ge=1, le=180)


class LoanBackInput(Input):
    """How what was lent came back."""

    grade: Literal["A", "B", "C", "D"]
    note: Words = ""


class LoanLostInput(WhyInput):
    """That what was lent is lost, and what the customer owes for it."""

    amount_minor: Minor


class PaymentInput(Input):
    """Money that was paid for a repair."""

    transaction: Annotated[str, Field(min_length=1, max_length=120, pattern=Said)]
    amount_minor: int = Field(ge=1, le=BIGGEST_MINOR)


class SendBackInput(Input):
    """By which parcel it goes back."""

    carrier: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    tracking_number: Annotated[str, Field(min_length=1, max_length=60, pattern=Said)]


class RemedyInput(Input):
    """What the customer chooses instead of a repair."""

    remedy: Literal["replacement", "refund"]


class WarrantyLine(Schema):
    """What the warranty says of a line of an order: in, out or unknown, until when, and why."""

    position: int
    sku: str
    status: str
    why: str
    until: datetime | None
    text: str


class Warranties(Schema):
    """The warranty of each line of an order."""

    lines: list[WarrantyLine]


class RepairSummary(Schema):
    """A repair of a list."""

    id: int
    number: str
    case_number: str
    order_number: str
    shop: str
    sku: str
    serial: str
    place: str
    station: str
    state: str
    state_since: datetime
    coverage: str
    technician_id: int | None
    opened_at: datetime
    received_at: datetime | None
    ready_at: datetime | None
    ended_at: datetime | None
    result: str
    simulated: bool


class RepairPage(Schema):
    """Repairs, newest first; go on with `after` = `next_after`."""

    rows: list[RepairSummary]
    next_after: int | None


class RepairPartOut(Schema):
    """A part: wanted (short), set_aside, used or dropped."""

    id: int
    sku: str
    quantity: int
    used: int
    warehouse: str
    state: str
    price_minor: int
    cost_minor: int


class RepairWorkOut(Schema):
    """A piece of work."""

    kind: str
    minutes: int
    passed: bool | None
    note: str
    attachments: list[int]
    at: datetime
    by: str


class RepairQuoteOut(Schema):
    """A quote with its lines."""

    id: int
    lines: list[dict[str, Any]]
    total_minor: int
    currency: str
    note: str
    state: str
    made_at: datetime
    expires_at: datetime
    answered_at: datetime | None


class RepairChargeOut(Schema):
    """What is or was owed; payment providers know it by its number."""

    number: str
    cause: str
    amount_minor: int
    paid_minor: int
    currency: str
    state: str
    settled_at: datetime | None


class RepairVisitOut(Schema):
    """When it is seen to."""

    technician_id: int | None
    appointment_id: int | None
    starts_at: datetime
    ends_at: datetime
    state: str


class LoanerOut(Schema):
    """Something lent meanwhile."""

    sku: str
    serial: str
    warehouse: str
    state: str
    lent_at: datetime
    due_at: datetime
    ended_at: datetime | None
    grade: str


class RepairFull(Schema):
    """One repair whole; `next` names what happens next, `may_choose`: a replacement or the money instead."""

    row: RepairSummary
    warranty: dict[str, Any]
    warranty_text: str
    coverage_why: str
    fault: str
    cause: str
    repaired_before: int
    may_choose: bool
    remedy: str
    next_case: str
    back_carrier: str
    back_tracking: str
    labour_minor: int
    next: str
    parts: list[RepairPartOut]
    work: list[RepairWorkOut]
    quotes: list[RepairQuoteOut]
    charges: list[RepairChargeOut]
    visits: list[RepairVisitOut]
    loaners: list[LoanerOut]
