"""What the API takes and gives of cases of after-sales. Units: pieces, permille, minor units of the named currency."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Schema

from steward.interfaces.api.schemas import BIGGEST_ID, Code, Filters, IdAfter, Input, Instant, Limit, Plain, Text
from steward.modules.returns.queries.cases import QUEUES
from steward.modules.returns.rules import exchange, states

RowId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Words = Annotated[str, Field(max_length=2000, pattern=Plain)]
Reason = Annotated[str, Field(min_length=1, max_length=400, pattern=Plain)]
Kind = Literal["refund_only", "return_refund", "exchange", "reship", "repair"]
ANY_QUEUE = ("", *QUEUES)
ANY_STATE = ("", *states.STATES)
ANY_KIND = ("", *states.KINDS)


def _one_of(values: tuple[str, ...]) -> Any:
    return Field("", json_schema_extra={"enum": list(values)}, pattern="^(" + "|".join(values) + ")$")


class CaseQuery(Filters):
    """How a list of cases is narrowed."""

    queue: str = _one_of(ANY_QUEUE)
    state: str = _one_of(ANY_STATE)
    kind: str = _one_of(ANY_KIND)
    q: Text = Field("", description="The number of a case, an order or a marketplace")
    after: IdAfter | None = None
    limit: Limit = 50


class CaseLineInput(Input):
    """So many pieces of a line of the order, by its position."""

    position: int = Field(ge=0, le=32_767)
    quantity: int = Field(ge=1, le=100_000)
    instead: Annotated[str, Field(max_length=64, pattern=Plain)] = Field(
        "", description="What is wanted in their place, by SKU, where they are exchanged; nothing: the same again"
    )


class CaseInput(Input):
    """What somebody wants of an order. `outside_number` and `answer_due_at` are a marketplace's."""

    order: Code
    kind: Kind
    reason: Code
    lines: list[CaseLineInput] = Field(min_length=1, max_length=500)
    words: Words = ""
    answers: dict[str, str | int | bool] = Field(default={}, max_length=50)
    attachment_ids: list[RowId] = Field(default=[], max_length=20)
    ticket_id: RowId | None = None
    outside_number: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    answer_due_at: Instant | None = None
    opened: bool | None = None


class CasesInput(Input):
    """Many cases at once; each is answered by itself."""

    cases: list[CaseInput] = Field(min_length=1, max_length=1000)


class CaseRefusal(Schema):
    """Why a case was not opened: a stable code, its facts, and a sentence."""

    code: str
    params: dict[str, Any]
    text: str


class CaseResult(Schema):
    """What became of one draft: the case, or why there is none."""

    number: str
    state: str
    refusal: CaseRefusal | None


class CaseResults(Schema):
    """One result per draft, in their order."""

    results: list[CaseResult]


class CaseSummary(Schema):
    """A case of a list."""

    id: int
    number: str
    order_number: str
    shop: str
    ticket_id: int | None
    kind: str
    reason: str
    state: str
    state_since: datetime
    source: str
    currency: str
    quoted_minor: int
    refunded_minor: int
    requested_at: datetime
    return_by: datetime | None
    outside_number: str
    simulated: bool
    pieces: int


class CasePage(Schema):
    """Cases, newest first; go on with `after` = `next_after`."""

    rows: list[CaseSummary]
    next_after: int | None


class CaseInspection(Schema):
    """What was found of a piece last."""

    grade: str
    disposition: str
    share_permille: int
    serial: str
    lot_code: str
    note: str
    answers: dict[str, Any]
    attachments: list[int]
    inspected_at: datetime
    inspected_by: str


class CasePiece(Schema):
    """One piece: where it is, whether it counts, what was found, what of it was paid back."""

    id: int
    line_id: int
    position: int
    sku: str
    name: str
    parcel_id: int | None
    reception: str
    acceptance: str
    received_at: datetime | None
    settled_minor: int
    booked: str
    inspection: CaseInspection | None


class CaseParcel(Schema):
    """One parcel of a case; `state` is where tracking says it is."""

    id: int
    method: str
    shipment_number: str
    carrier: str
    tracking_number: str
    announced_at: datetime
    delivered_at: datetime | None
    pieces: int
    state: str


class CaseRefundPart(Schema):
    """One line of how a refund was computed; the parts sum to it."""

    kind: str
    line_id: int | None
    quantity: int
    amount_minor: int
    facts: dict[str, Any]


class CaseRefund(Schema):
    """Money a case asked back; `numbers` are the refunds of payments that carry it out."""

    id: int
    amount_minor: int
    paid_minor: int
    state: Literal["asked", "paid", "refused", "failed"]
    early: bool
    is_credit: bool
    why: str
    numbers: list[str]
    parts: list[CaseRefundPart]


class CaseSurplus(Schema):
    """What lay in a parcel beyond what was announced; `booked`: it is in quarantine."""

    key: str
    quantity: int
    sku: str
    note: str
    booked: bool
    noted_at: datetime


class CaseGuidance(Schema):
    """Help that was offered instead of a return, and whether it helped ("": nobody has said yet)."""

    id: int
    kind: Literal["tutorial", "part", "remote"]
    words: str
    link: str
    outcome: Literal["", "helped", "did_not"]
    offered_at: datetime
    answered_at: datetime | None


class CaseSwap(Schema):
    """So many pieces and what is sent in their place; `kept` false: nothing after all. `price_minor` is a piece's."""

    line_id: int
    bought_sku: str
    sku: str
    name: str
    quantity: int
    price_minor: int
    basis: Literal["then", "now"]
    kept: bool


class CaseExchange(Schema):
    """What is sent in the place of a case's goods, what it costs, and who pays for it."""

    state: str = Field(json_schema_extra={"enum": list(exchange.STATES)})
    why: str = Field(json_schema_extra={"enum": list(exchange.WHYS)})
    order_number: str
    currency: str
    total_minor: int
    shipping_minor: int
    worth_minor: int
    credited_minor: int
    to_pay_minor: int
    to_give_back_minor: int
    pay_by: datetime | None
    swaps: list[CaseSwap]


class CaseOwed(Schema):
    """What a refund owes besides money; earned points that lapse count below 0. Units: points, or minor units."""

    id: int
    kind: Literal["points", "points_earned", "card", "coupon"]
    amount: int
    moved: int
    code: str
    state: Literal["owed", "to_hand_over", "carried_out", "nobody", "refused", "dropped"]
    ended_at: datetime | None


class CaseNext(Schema):
    """What happens next, and until when."""

    code: str
    words: str
    due_at: datetime | None


class CaseFull(Schema):
    """A case whole."""

    row: CaseSummary
    words: str
    answers: dict[str, Any]
    verdict: dict[str, Any]
    policy_version: int
    freight_payer: str
    decided_at: datetime | None
    decider: str
    refusal: str
    closed_at: datetime | None
    pieces: list[CasePiece]
    parcels: list[CaseParcel]
    refunds: list[CaseRefund]
    surplus: list[CaseSurplus]
    guidance: list[CaseGuidance]
    owed: list[CaseOwed]
    next: CaseNext
    exchange: CaseExchange | None


class ReasonInput(Input):
    """Why."""

    reason: Reason


class GuidanceInput(Input):
    """What may help instead of a return, in words, with a link where there is one."""

    kind: Literal["tutorial", "part", "remote"]
    words: Reason
    link: Annotated[str, Field(max_length=400, pattern=Plain)] = ""


class GuidanceAnswerInput(Input):
    """Whether it helped."""

    outcome: Literal["helped", "did_not"]


class CaseParcelInput(Input):
    """A parcel of an approved case; without pieces all that still wait come with it."""

    method: Literal["own", "label", "pick_up", "station"] = "own"
    piece_ids: list[RowId] = Field(default=[], max_length=500)
    carrier: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    tracking_number: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    station_id: RowId | None = None
    pick_up_from: Instant | None = None
    pick_up_to: Instant | None = None


class ArrivalInput(Input):
    """What came of one piece: it is there, missing, or something else."""

    piece_id: RowId
    verb: Literal["receive", "miss", "mistake"]


class SurplusInput(Input):
    """What lay in the parcel and nobody had announced. The same `key` in the same case is noted once."""

    key: Annotated[str, Field(min_length=1, max_length=64, pattern=Plain)]
    quantity: int = Field(ge=1, le=9_999)
    note: Reason
    sku: Annotated[str, Field(max_length=64, pattern=Plain)] = ""
    warehouse: Annotated[str, Field(max_length=50, pattern=Plain)] = ""


class ArrivalsInput(Input):
    """What came of a case, and what came beside it."""

    pieces: list[ArrivalInput] = Field(default=[], max_length=1000)
    surplus: list[SurplusInput] = Field(default=[], max_length=100)


class FindingInput(Input):
    """What was found of one piece; what is left out is proposed by grade and how the goods are kept."""

    piece_id: RowId
    grade: Literal["A", "B", "C", "D"]
    disposition: Literal["", "restock", "refurbish", "quarantine", "scrap", "to_supplier", "back_to_customer"] = ""
    verdict: Literal["", "accept", "reject", "ask_person"] = ""
    share_permille: int | None = Field(None, ge=0, le=1000)
    answers: dict[str, str | int | bool] = Field(default={}, max_length=50)
    attachment_ids: list[RowId] = Field(default=[], max_length=20)
    serial: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    lot: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    warehouse: Annotated[str, Field(max_length=50, pattern=Plain)] = ""
    note: Annotated[str, Field(max_length=400, pattern=Plain)] = ""


class FindingsInput(Input):
    """What was found of a case."""

    findings: list[FindingInput] = Field(min_length=1, max_length=1000)


class JudgementInput(Input):
    """Whether a piece counts that was left to a person."""

    piece_id: RowId
    verdict: Literal["accept", "reject"]


class JudgementsInput(Input):
    """What a person judged."""

    pieces: list[JudgementInput] = Field(min_length=1, max_length=1000)


class SettleInput(Input):
    """`early`: before the goods were looked at."""

    early: bool = False
