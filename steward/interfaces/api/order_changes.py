"""Changes of orders: what is possible, a preview, then confirm or decline."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Path, Router, Schema
from pydantic import StringConstraints

from steward.interfaces.api.access import ApiRequest
from steward.interfaces.api.orders import Number, covered
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, BIGGEST_MINOR, Input, Plain, Said
from steward.kernel import errors, moment
from steward.modules.orders.commands import changing
from steward.modules.orders.queries import changes
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import MOST, LineWish, Wish
from steward.modules.orders.rules.transitions import CANCEL_CAUSES

router = Router(tags=["changes"])
ChangeKind = Literal["address", "lines", "cancel_lines", "service", "cancel", "split", "merge", "unmerge", "means"]
ChangeState = Literal["draft", "confirmed", "declined", "lapsed"]
ChangeId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
RowId = Annotated[int, Field(ge=0, le=BIGGEST_ID)]
ChangePieces = Annotated[int, Field(ge=0, le=MOST)]
ChangeMinor = Annotated[int, Field(ge=0, le=BIGGEST_MINOR)]
Why = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=Said)]
Value = Annotated[str, Field(max_length=200, pattern=Plain)]
Place = Literal[
    "recipient.name",
    "recipient.phone",
    "recipient.country",
    "recipient.province",
    "recipient.city",
    "recipient.district",
    "recipient.street",
    "recipient.postcode",
    "note",
]


class ChangeLine(Input):
    """How many pieces are wanted of a line, or (line 0) of an SKU to add; without a price the catalogue's counts."""

    line_id: RowId = 0
    sku: Annotated[str, Field(max_length=64, pattern=Plain)] = ""
    quantity: ChangePieces
    unit_price_minor: ChangeMinor | None = None


class ChangeShare(Input):
    """How many pieces of a line go into the second order."""

    line_id: Annotated[int, Field(ge=1, le=BIGGEST_ID)]
    quantity: Annotated[int, Field(ge=1, le=MOST)]


class ChangeInput(Input):
    """A change to preview; each kind reads its own parts.

    address: `recipient` · lines, cancel_lines: `lines`, `shipping_minor` · service: `service` · cancel: `cause` ·
    split: `shares` · merge: `other_number` · unmerge: `undoes` (the merge's id). `card`: a gift
    card that pays at once what a change of lines asks for, or with `means` the whole (needs `payments.cards` as well).
    `means` without a card: the customer paid the whole anew, and what came before goes back.
    """

    kind: ChangeKind
    reason: Why
    recipient: dict[Place, Value] = Field(default_factory=dict, max_length=9)
    lines: list[ChangeLine] = Field(default_factory=list, max_length=500)
    shipping_minor: ChangeMinor | None = None
    service: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    cause: str = Field("", json_schema_extra={"enum": ["", *CANCEL_CAUSES]}, max_length=40, pattern=Plain)
    shares: list[ChangeShare] = Field(default_factory=list, max_length=500)
    other_number: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    undoes: RowId = 0
    card: Annotated[str, Field(max_length=40, pattern=Plain)] = ""


class ChangedLine(Schema):
    """One line before and after. Units: pieces, minor units of the order's currency."""

    sku: str
    name: str
    before: int
    after: int
    unit_price_minor: int


class ChangedStock(Schema):
    """What the promise of an item becomes; `missing` pieces cannot be promised."""

    sku: str
    name: str
    before: int
    after: int
    missing: int


class ChangedOther(Schema):
    """What becomes of the other order of a split or a merge."""

    number: str
    total_minor: int
    money_minor: int
    lines: list[ChangedLine]
    missing: list[ChangedStock]


class ChangeEffects(Schema):
    """What a change does. Units: minor units of the order's currency."""

    total_before_minor: int
    total_after_minor: int
    open_before_minor: int
    open_after_minor: int
    refund_minor: int
    lines: list[ChangedLine]
    stock: list[ChangedStock]
    other: ChangedOther | None
    checked_again: bool
    audited_again: bool
    set_aside_again: bool
    fields: list[str]
    service_before: str
    service_after: str


class ChangeOut(Schema):
    """One change with its preview; personal data are never in it."""

    id: int
    order_number: str
    other_number: str
    kind: ChangeKind
    state: ChangeState
    reason: str
    effects: ChangeEffects
    proposed_by: str
    proposed_at: datetime
    ended_by: str
    ended_at: datetime | None
    lapse: str


class ChangesOut(Schema):
    """The changes of an order, newest first; `possible` says per kind why it cannot be made now (empty: it can)."""

    possible: dict[str, str]
    changes: list[ChangeOut]


@router.get(
    "/orders/{number}/changes", response=ChangesOut, operation_id="list_changes", summary="Read an order's changes"
)
def list_changes(request: ApiRequest, number: Number) -> ChangesOut:
    """List changes and what is possible now. Needs `orders.view`."""
    request.auth.require("orders.view")
    order_id = covered(request, number).order.id
    found = {"possible": changes.possible_changes(order_id), "changes": changes.changes_of(order_id)}
    return ChangesOut.model_validate(found)


@router.post("/orders/{number}/changes", response=ChangeOut, operation_id="propose_change", summary="Preview a change")
@replayable
def propose_change(request: ApiRequest, number: Number, payload: ChangeInput) -> ChangeOut:
    """Compute what a change would do; nothing is changed before it is confirmed. Needs `orders.change`."""
    request.auth.require("orders.change")
    order_id = covered(request, number).order.id
    if payload.other_number:
        covered(request, payload.other_number)
    wish = Wish(
        kind=payload.kind,
        reason=payload.reason,
        recipient={str(field): value for field, value in payload.recipient.items()},
        lines=[LineWish(**line.model_dump()) for line in payload.lines],
        shipping_minor=payload.shipping_minor,
        service=payload.service,
        cause=payload.cause,
        shares=[Share(share.line_id, share.quantity) for share in payload.shares],
        other_number=payload.other_number,
        undoes=payload.undoes,
        card=payload.card,
    )
    change_id = changing.propose_change(request.auth, order_id=order_id, wish=wish, now=moment.now())
    return ChangeOut.model_validate(changes.change(change_id))


@router.post(
    "/orders/{number}/changes/{change_id}/confirm",
    response=ChangeOut,
    operation_id="confirm_change",
    summary="Carry a change out",
)
@replayable
def confirm_change(request: ApiRequest, number: Number, change_id: ChangeId) -> ChangeOut:
    """Carry a previewed change out, whole or not at all; refused where the order moved on. Needs `orders.change`."""
    request.auth.require("orders.change")
    _of_order(request, number, change_id)
    changing.confirm_change(request.auth, change_id=change_id, now=moment.now())
    return ChangeOut.model_validate(changes.change(change_id))


@router.post(
    "/orders/{number}/changes/{change_id}/decline",
    response=ChangeOut,
    operation_id="decline_change",
    summary="Drop a change",
)
@replayable
def decline_change(request: ApiRequest, number: Number, change_id: ChangeId) -> ChangeOut:
    """Drop a previewed change; the order stays as it is. Needs `orders.change`."""
    request.auth.require("orders.change")
    _of_order(request, number, change_id)
    changing.decline_change(request.auth, change_id=change_id, now=moment.now())
    return ChangeOut.model_validate(changes.change(change_id))


def _of_order(request: ApiRequest, number: str, change_id: int) -> None:
    """Refuse a change of another order, as one that does not exist. Raises: NotFound."""
    if changes.change(change_id).order_id != covered(request, number).order.id:
        raise errors.NotFound(key=change_id)
