"""Offers to buyers whose goods are short, and what may stand in for an item."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from steward.interfaces.api.access import ApiRequest, refuse_unknown_filters
from steward.interfaces.api.goods import Sku
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.people_shapes import Day
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Filters, IdAfter, Input, Limit, Said
from steward.kernel import errors, moment
from steward.modules.catalog import commands as catalog_commands
from steward.modules.catalog import queries as catalog
from steward.modules.orders.commands import offers as making
from steward.modules.orders.commands import offers_answering as answering
from steward.modules.orders.queries import offers

router = Router(tags=["offers"])
Reasoned = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Said)]
OfferId = Annotated[int, Field(ge=1, le=2**63 - 1)]
Answer = Literal["", "wait", "substitute", "partial", "split", "cancel"]
State = Literal["open", "answered", "expired", "withdrawn"]


class OfferQuery(Filters):
    """Which offers; without a state all of them. `after` is the id of the last one seen: lists run from the newest."""

    state: Literal["", "open", "answered", "expired", "withdrawn"] = ""
    after: IdAfter = 0
    limit: Limit = 50


class OfferInput(Input):
    """An offer to make; without a date the buyer is told the usual time."""

    wait_until: Day | None = None


class AnswerInput(Input):
    """A buyer's answer given for them: the code of an option as it is now, and why somebody else answers."""

    option: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9-]+$")]
    reason: Reasoned


class SubstitutesInput(Input):
    """What may stand in for an item, the first choice first; an empty list takes all away."""

    skus: list[Sku] = Field(max_length=10)


class Substitutes(Schema):
    """What may stand in for an item, the first choice first."""

    sku: str
    skus: list[str]


class OfferGoods(Schema):
    """Some goods."""

    sku: str
    name_zh: str
    name_en: str
    quantity: int


class OfferOption(Schema):
    """One choice as it is now; its code changes with its terms. Money in minor units of the order's currency."""

    code: str
    kind: Literal["wait", "substitute", "partial", "split", "cancel"]
    goods: list[OfferGoods]
    total_minor: int
    refund_minor: int
    extra_minor: int


class OfferRow(Schema):
    """An offer. `answer` is empty while it is open, or when it was withdrawn."""

    id: int
    order_number: str
    shop: str
    currency: str
    state: State
    answer: Answer
    wait_until: date
    made_at: datetime
    expires_at: datetime | None
    sent_at: datetime | None
    sent_count: int
    opened_at: datetime | None
    closed_at: datetime | None


class OfferFull(OfferRow):
    """An offer with what can be chosen now; nothing once it is closed."""

    options: list[OfferOption]


class OfferPage(Schema):
    """Offers, newest first."""

    rows: list[OfferRow]
    next_after: int | None


def _full(offer: offers.OfferView) -> OfferFull:
    row = OfferRow.model_validate(offer, from_attributes=True).model_dump()
    found = [OfferOption.model_validate(one, from_attributes=True) for one in offers.options(offer)]
    return OfferFull(**row, options=found)


def _covered(request: ApiRequest, offer_id: int) -> offers.OfferView:
    """Find an offer of a shop the caller may see; others do not exist for them. Raises: NotFound."""
    offer = offers.get_offer(offer_id)
    if not request.auth.covers(offer.shop):
        raise errors.NotFound(key=offer_id)
    return offer


@router.get("/offers", response=OfferPage, operation_id="list_offers", summary="List offers to buyers")
def list_offers(request: ApiRequest, narrow: Query[OfferQuery]) -> Any:
    """List offers, newest first, page by page. Needs `orders.view`."""
    refuse_unknown_filters(request, narrow)
    request.auth.require("orders.view")
    rows = offers.offers_page(
        states=[narrow.state] if narrow.state else [],
        shops=sorted(request.auth.scopes),
        before_id=narrow.after or None,
        limit=narrow.limit + 1,
    )
    shown = rows[: narrow.limit]
    return {"rows": shown, "next_after": shown[-1].id if len(rows) > narrow.limit else None}


@router.get("/offers/{offer_id}", response=OfferFull, operation_id="get_offer", summary="Read an offer")
def get_offer(request: ApiRequest, offer_id: OfferId) -> OfferFull:
    """Read an offer with what can be chosen now. Needs `orders.view`."""
    request.auth.require("orders.view")
    return _full(_covered(request, offer_id))


@router.post("/orders/{number}/offers", response=OfferFull, operation_id="make_offer", summary="Make an offer")
@replayable
def make_offer(request: ApiRequest, number: Number, payload: OfferInput) -> OfferFull:
    """Ask the buyer of an order that is short of stock what they want. Needs `orders.offer`."""
    request.auth.require("orders.offer")
    order_id = covered(request, number).order.id
    made = making.make_offer(request.auth, order_id=order_id, wait_until=payload.wait_until, now=moment.now())
    return _full(offers.get_offer(made))


@router.post("/offers/{offer_id}/answer", response=OfferFull, operation_id="answer_offer", summary="Answer an offer")
@replayable
def answer_offer(request: ApiRequest, offer_id: OfferId, payload: AnswerInput) -> OfferFull:
    """Answer an offer for its buyer; one answered before stays as it is. Needs `orders.offer`."""
    request.auth.require("orders.offer")
    _covered(request, offer_id)
    now = moment.now()
    answering.answer_offer(request.auth, offer_id=offer_id, option=payload.option, reason=payload.reason, now=now)
    return _full(offers.get_offer(offer_id))


@router.put(
    "/items/{sku}/substitutes", response=Substitutes, operation_id="set_substitutes", summary="Name substitutes"
)
def set_substitutes(request: ApiRequest, sku: Sku, payload: SubstitutesInput) -> Substitutes:
    """Name what may be offered in the place of an item that is short. Needs `catalog.edit`."""
    item_id = catalog.item_ids_by_sku([sku]).get(sku)
    if item_id is None:
        raise errors.NotFound(key=sku)
    catalog_commands.set_substitutes(request.auth, item_id=item_id, skus=payload.skus)
    return Substitutes(sku=sku, skus=[one.sku for one in catalog.substitutes_of([item_id]).get(item_id, [])])
