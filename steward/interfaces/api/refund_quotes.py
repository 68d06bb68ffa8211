"""What would go back for pieces of an order, to the minor unit and explained; nothing is written."""

from typing import Annotated, Any

from ninja import Field, Router, Schema

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.schemas import BIGGEST_MINOR, Input, Text
from steward.kernel import errors
from steward.modules.orders.queries import OrderDetail
from steward.modules.returns.queries import quote_words, quotes
from steward.modules.returns.queries.quotes import Quote, Taken, Terms
from steward.modules.returns.rules.quote import DEDUCTIONS, PARTS

router = Router(tags=["returns"])
Amount = Annotated[int, Field(ge=0, le=BIGGEST_MINOR)]
Permille = Annotated[int, Field(ge=0, le=1000)]


class QuoteLineInput(Input):
    """Pieces of a line. `share_permille` of their value is given for them as they came back; `blameless`: through no
    doing of the customer's, so that coupons and free shipping stay earned."""

    position: int = Field(ge=1, le=5000)
    quantity: int = Field(ge=1, le=1_000_000)
    share_permille: Permille = 1000
    deduction_minor: Amount = 0
    note: Text = ""
    blameless: bool = False


class QuoteDeductionInput(Input):
    """What the case as a whole holds back."""

    code: str = Field(json_schema_extra={"enum": list(DEDUCTIONS)}, pattern="^(" + "|".join(DEDUCTIONS) + ")$")
    amount_minor: Amount


class RefundQuoteInput(Input):
    """What goes back, and on what terms. Units: minor units of the order's currency."""

    lines: list[QuoteLineInput] = Field(min_length=1, max_length=5000)
    freight_back: bool = False
    restocking_permille: Permille = 0
    return_freight_minor: Amount = 0
    goodwill_minor: Amount = 0
    deductions: list[QuoteDeductionInput] = Field(default=[], max_length=20)


class RefundQuotePart(Schema):
    """One part of the refund in words; what is taken off counts down. `position` names the line, null: the order."""

    kind: str = Field(json_schema_extra={"enum": list(PARTS)})
    position: int | None
    quantity: int
    amount_minor: int
    text: str


class GiftCardBack(Schema):
    """What goes back onto a gift card."""

    code: str
    amount_minor: int


class RefundQuote(Schema):
    """What would go back; the parts sum to `total_minor`. Points, coupons and gift cards go back beside the money."""

    order_number: str
    currency: str
    total_minor: int
    parts: list[RefundQuotePart]
    points_back: int
    points_taken: int
    coupons_back: list[str]
    gift_cards_back: list[GiftCardBack]


@router.post(
    "/orders/{number}/refund-quote",
    response=RefundQuote,
    operation_id="quote_refund",
    summary="Quote a refund",
)
def quote_refund(request: ApiRequest, number: Number, payload: RefundQuoteInput) -> dict[str, Any]:
    """Compute what goes back for pieces of an order as things stand, every part explained in the caller's language.
    Writes nothing. Needs `returns.view`."""
    request.auth.require("returns.view")
    detail = covered(request, number)
    terms = Terms(
        restocking_permille=payload.restocking_permille,
        freight_back=payload.freight_back,
        return_freight_minor=payload.return_freight_minor,
        goodwill_minor=payload.goodwill_minor,
        deductions=tuple((one.code, one.amount_minor) for one in payload.deductions),
    )
    found = quotes.quote_of(detail.order.id, _taken(detail, payload.lines), terms)
    return _answer(detail, found)


def _taken(detail: OrderDetail, lines: list[QuoteLineInput]) -> list[Taken]:
    """Find the lines by position. Raises: NotFound."""
    ids = {line.position: line.id for line in detail.lines}
    for line in lines:
        if line.position not in ids:
            raise errors.NotFound(key=line.position)
    return [Taken(ids[line.position], **line.model_dump(exclude={"position"})) for line in lines]


def _answer(detail: OrderDetail, found: Quote) -> dict[str, Any]:
    positions = {line.id: line.position for line in detail.lines}
    texts = [quote_words.part_text(part, detail.order.currency) for part in found.parts]
    return {
        "order_number": detail.order.number,
        "currency": detail.order.currency,
        "total_minor": found.total_minor,
        "parts": [
            {
                "kind": one.kind,
                "position": positions.get(one.line_id) if one.line_id is not None else None,
                "quantity": one.quantity,
                "amount_minor": one.amount_minor,
                "text": one.text,
            }
            for one in texts
        ],
        "points_back": found.points_back,
        "points_taken": found.points_taken,
        "coupons_back": list(found.coupons_back),
        "gift_cards_back": [{"code": code, "amount_minor": amount} for code, amount in found.gift_cards_back],
    }
