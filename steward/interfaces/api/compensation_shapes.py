"""What programs send and get about compensation, points, credit and coupons. Units: minor units, points, permille."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

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

Amount = Annotated[int, Field(ge=0, le=BIGGEST_MINOR)]
RowId = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Kind = Literal["coupon", "points", "money", "goods"]
State = Literal["proposed", "granted", "given", "refused", "withdrawn", "failed"]


class CouponTermsInput(Input):
    """What a coupon is good for: an amount, or a share of the goods up to `most_minor`."""

    amount_minor: Amount = 0
    share_permille: int = Field(0, ge=0, le=999)
    most_minor: Amount = 0
    threshold_minor: Amount = 0
    shops: list[Code] = Field(default=[], max_length=50)
    categories: list[Code] = Field(default=[], max_length=50)


class CompensationInput(Input):
    """What a customer is to get, why, and about what; a `key` counts once for who proposes."""

    kind: Kind
    reason: Code
    currency: Currency
    amount_minor: Amount = 0
    points: Amount = 0
    coupon: CouponTermsInput | None = None
    customer_id: RowId | None = None
    order: Text = ""
    case: Text = ""
    ticket_id: RowId | None = None
    words: Text = ""
    key: Annotated[str, Field(max_length=80, pattern=Plain)] = ""


class CompensationsInput(Input):
    """Up to five hundred at once."""

    compensations: list[CompensationInput] = Field(min_length=1, max_length=500)


class GoodwillSign(Schema):
    """One reason to look twice; it refuses nobody."""

    code: str
    facts: dict[str, Any]


class CompensationRefusal(Schema):
    """Why there is none."""

    code: str
    text: str


class CompensationResult(Schema):
    """What became of one."""

    number: str
    state: str
    approval_id: int | None
    signs: list[GoodwillSign]
    refusal: CompensationRefusal | None


class CompensationResults(Schema):
    """In the order of what was sent."""

    results: list[CompensationResult]


class Compensation(Schema):
    """One compensation."""

    id: int
    number: str
    customer_id: int | None
    order_number: str
    shop: str
    case_number: str | None
    ticket_id: int | None
    complaint: str
    kind: Kind
    reason: str
    words: str
    currency: str
    amount_minor: int
    points: int
    state: State
    signs: list[GoodwillSign]
    proposed_at: datetime
    proposed_by: str
    approval_request_id: int | None
    refund_numbers: str
    given_minor: int
    settled_at: datetime | None
    why: str


class CompensationPage(Schema):
    """Compensations, newest first; go on with `after` = `next_after`."""

    rows: list[Compensation]
    next_after: int | None


class CompensationQuery(Filters):
    """How a list is narrowed."""

    queue: Literal["", "waiting", "to_give", "given", "not_given"] = ""
    kind: Literal["", "coupon", "points", "money", "goods"] = ""
    reason: Text = ""
    signs: bool = False
    q: Text = Field("", description="The number of a compensation, an order, a case or a complaint")
    after: IdAfter | None = None
    limit: Limit = 50


class WordsInput(Input):
    """Why, or how it was handed over."""

    words: Annotated[str, Field(min_length=1, max_length=300, pattern=Plain)]


class Budget(Schema):
    """What may be given in a period. `shop` and `team` empty: of all."""

    id: int
    period: Literal["month", "quarter"]
    first_date: date
    last_date: date
    shop: str
    team: str
    currency: str
    amount_minor: int
    reserved_minor: int
    spent_minor: int
    left_minor: int


class BudgetList(Schema):
    """Budgets, newest period first."""

    budgets: list[Budget]


class BudgetInput(Input):
    """The budget of the month or quarter a day lies in."""

    period: Literal["month", "quarter"]
    day: Annotated[date, Field(strict=False)]
    currency: Currency
    amount_minor: Amount
    shop: Text = ""
    team: Text = ""


class CompensationReason(Schema):
    """One reason. `amounts`: by currency {least, usual, most}."""

    code: str
    parent: str | None
    label: str
    kinds: list[str]
    amounts: dict[str, dict[str, int]]
    active: bool


class CompensationReasonList(Schema):
    """Reasons in use, roots and branches."""

    reasons: list[CompensationReason]


class WalletBalance(Schema):
    """What somebody has of one kind; `next_amount` of it lapses at `next_at`."""

    kind: Literal["points", "credit", "card"]
    currency: str
    amount: int
    next_amount: int
    next_at: datetime | None


class WalletCoupon(Schema):
    """One coupon; `ending` are the last signs of its code."""

    id: int
    ending: str
    currency: str
    amount_minor: int
    share_permille: int
    most_minor: int
    threshold_minor: int
    shops: list[str]
    categories: list[str]
    number: str
    state: Literal["issued", "redeemed", "lapsed", "withdrawn"]
    valid_until: datetime


class WalletMovement(Schema):
    """One movement, newest first."""

    id: int
    kind: str
    currency: str
    amount: int
    cause: str
    number: str
    at: datetime
    expires_at: datetime | None


class CustomerWallet(Schema):
    """What a person has here, as all the accounts they are."""

    balances: list[WalletBalance]
    coupons: list[WalletCoupon]
    movements: list[WalletMovement]


class PostingInput(Input):
    """Points or credit given (above 0) or taken (below 0), once per `reference`."""

    reference: Code
    kind: Literal["points", "credit"]
    amount: int = Field(ge=-BIGGEST_MINOR, le=BIGGEST_MINOR)
    customer_id: RowId
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    shop: Code
    cause: Literal["grant", "redemption", "correction"] = "grant"
    number: Text = ""


class PostingsInput(Input):
    """Up to a thousand at once."""

    postings: list[PostingInput] = Field(min_length=1, max_length=1000)


class PostingResult(Schema):
    """`again`: it stood already; `short`: not so much is there; `to_hand_over`: the shop keeps its own books."""

    reference: str
    outcome: Literal["posted", "again", "short", "nobody", "to_hand_over"]
    amount: int


class PostingResults(Schema):
    """In the order of what was sent."""

    results: list[PostingResult]


class RedemptionInput(Input):
    """A coupon is used for a purchase; `goods_minor` by category."""

    code: Code
    reference: Code
    shop: Code
    currency: Currency
    goods_minor: dict[str, Amount] = Field(min_length=1, max_length=200)


class RedemptionsInput(Input):
    """Up to a hundred at once."""

    redemptions: list[RedemptionInput] = Field(min_length=1, max_length=100)


class RedemptionResult(Schema):
    """What it takes off, or in `unfit` why it cannot be used."""

    reference: str
    saved_minor: int
    unfit: Literal[
        "", "not_valid", "used", "too_early", "expired", "other_shop", "other_goods", "currency", "threshold"
    ]


class RedemptionResults(Schema):
    """In the order of what was sent."""

    results: list[RedemptionResult]


class HandoverItem(Schema):
    """What a shop that keeps its own books has to give (above 0) or take there."""

    id: int
    reference: str
    shop: str
    customer_id: int | None
    kind: Literal["points", "credit", "card", "coupon"]
    amount: int
    currency: str
    code: str
    terms: dict[str, Any]
    cause: str
    number: str
    external_number: str
    state: Literal["due", "handed_over", "refused"]
    due_at: datetime
    outside_reference: str
    why: str


class HandoverPage(Schema):
    """Oldest first; go on with `after` = `next_after`."""

    rows: list[HandoverItem]
    next_after: int | None


class HandoverQuery(Filters):
    """How the list is narrowed."""

    state: Literal["", "due", "handed_over", "refused"] = "due"
    after: IdAfter | None = None
    limit: Limit = 50


class SettlementInput(Input):
    """What a shop says of one; a refusal says why."""

    id: RowId
    verb: Literal["hand_over", "refuse"] = "hand_over"
    outside_reference: Annotated[str, Field(max_length=120, pattern=Plain)] = ""
    why: Annotated[str, Field(max_length=300, pattern=Plain)] = ""


class SettlementsInput(Input):
    """Up to a thousand at once; what was said before stays as it is."""

    settlements: list[SettlementInput] = Field(min_length=1, max_length=1000)


class Settled(Schema):
    """How many moved."""

    moved: int


class WalletTerms(Schema):
    """Where a shop keeps points and coupons: `here`, or `outside` in its own system."""

    shop: str
    kept: Literal["here", "outside"]
    points_days: int
    coupon_days: int
    minor_per_100_points: int


class WalletTermsInput(Input):
    """As above."""

    kept: Literal["here", "outside"]
    points_days: int = Field(ge=1, le=3650)
    coupon_days: int = Field(ge=1, le=3650)
    minor_per_100_points: int = Field(ge=0, le=1_000_000)


class AdviceItem(Schema):
    """One thing to look at, with its facts."""

    code: str
    words: str
    facts: dict[str, Any]


class AdviceList(Schema):
    """Advice on a case; it decides nothing."""

    advice: list[AdviceItem]
