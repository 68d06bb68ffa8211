"""Terms on which the buyer of an order pays later, and what they owe by them."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Router, Schema
from pydantic import StringConstraints

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import Currency, Input, Said
from steward.kernel import errors, moment
from steward.modules.customers.commands import accounts as commands
from steward.modules.customers.queries import accounts
from steward.modules.customers.rules.accounts import LONGEST_DAYS, MOST_MINOR
from steward.modules.orders.queries import credit

router = Router(tags=["terms"])
TermsReason = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Said)]


class TermsInput(Input):
    """Terms for the order's buyer. Units: minor units of `currency`, days."""

    currency: Currency
    limit_minor: Annotated[int, Field(ge=1, le=MOST_MINOR)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]
    reason: TermsReason


class EndTermsInput(Input):
    """Why a buyer's terms end."""

    currency: Currency
    reason: TermsReason


class TermsOut(Schema):
    """Terms in force or ended. Units: minor units of `currency`, days."""

    id: int
    currency: str
    limit_minor: int
    days: int
    reason: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str


class BuyerTerms(Schema):
    """All terms of a buyer, newest first, and what their other orders owe in this order's currency."""

    owed_minor: int
    overdue_minor: int
    terms: list[TermsOut]


@router.get("/orders/{number}/terms", response=BuyerTerms, operation_id="get_terms", summary="Read a buyer's terms")
def get_terms(request: ApiRequest, number: Number) -> BuyerTerms:
    """Read on which terms the order's buyer pays later. Needs `customers.view`."""
    request.auth.require("customers.view")
    order_id, customer_id = _buyer(request, number)
    return _terms(order_id, customer_id)


@router.post("/orders/{number}/terms", response=BuyerTerms, operation_id="set_terms", summary="Give a buyer terms")
@replayable
def set_terms(request: ApiRequest, number: Number, payload: TermsInput) -> BuyerTerms:
    """Let the order's buyer pay later, within a limit and so many days. Needs `customers.terms`."""
    request.auth.require("customers.terms")
    order_id, customer_id = _buyer(request, number)
    commands.set_account(request.auth, customer_id=customer_id, now=moment.now(), **payload.model_dump())
    return _terms(order_id, customer_id)


@router.post(
    "/orders/{number}/terms/end", response=BuyerTerms, operation_id="end_terms", summary="Take a buyer's terms back"
)
@replayable
def end_terms(request: ApiRequest, number: Number, payload: EndTermsInput) -> BuyerTerms:
    """Let the order's buyer pay at once again; what is owed stays owed. Needs `customers.terms`."""
    request.auth.require("customers.terms")
    order_id, customer_id = _buyer(request, number)
    commands.end_account(request.auth, customer_id=customer_id, now=moment.now(), **payload.model_dump())
    return _terms(order_id, customer_id)


def _buyer(request: ApiRequest, number: str) -> tuple[int, int]:
    """Return the order and its buyer. Raises: NotFound where it names nobody."""
    detail = covered(request, number)
    if detail.customer_id is None:
        raise errors.NotFound(key=number)
    return detail.order.id, detail.customer_id


def _terms(order_id: int, customer_id: int) -> BuyerTerms:
    owing = credit.accounts_of([order_id], moment.now()).get(order_id)
    facts = {
        "owed_minor": owing.owed_minor if owing else 0,
        "overdue_minor": owing.overdue_minor if owing else 0,
        "terms": accounts.account_history(customer_id),
    }
    return BuyerTerms.model_validate(facts)
