"""Messages and webhooks: what was said to whom, and where programs hear of events."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.replies import replayable, replayable_sealed
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Input, Limit, Plain, Text
from steward.kernel import moment
from steward.modules.messaging.commands import approving, endpoints, templates
from steward.modules.messaging.queries import approved, outbox
from steward.modules.messaging.queries import endpoints as known
from steward.modules.messaging.rules.approved import CodeDraft

router = Router(tags=["messages"])
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MessageState = Literal[
    "", "waiting", "sending", "sent", "failed", "expired", "suppressed", "unknown", "delivered", "bounced"
]


class Message(Schema):
    """One message, its reader masked. `reason` says why it was not sent, `error` what the carrier said."""

    id: int
    key: str
    template: str
    channel: str
    customer_id: int | None
    to_name: str
    to_address: str
    subject_kind: str
    subject_id: int
    state: str
    reason: str
    error: str
    queued_at: datetime
    due_at: datetime
    expires_at: datetime | None
    attempts: int
    settled_at: datetime | None
    simulated: bool


class MessagePage(Schema):
    """Messages, newest first; ask for older ones with `after` = `next_after` (null: there are none)."""

    rows: list[Message]
    next_after: int | None


class Endpoint(Schema):
    """Where a program hears of events; no kinds: all that are offered."""

    id: int
    url: str
    description: str
    kinds: list[str]
    active: bool
    disabled_at: datetime | None
    disabled_reason: str
    created_at: datetime
    old_secret_until: datetime | None
    waiting: int
    failed: int


class EndpointList(Schema):
    """Every endpoint, and the kinds of events one may ask for."""

    rows: list[Endpoint]
    offered_kinds: list[str]


class EndpointSecret(Schema):
    """A new secret of an endpoint; it is shown this once."""

    id: int
    secret: str


class Delivery(Schema):
    """One event for one endpoint. `status` is the receiver's HTTP status, null where none came."""

    id: int
    key: str
    endpoint_id: int
    event_id: int
    event_kind: str
    state: str
    attempts: int
    status: int | None
    answer: str
    duration_ms: int | None
    due_at: datetime
    queued_at: datetime
    settled_at: datetime | None


class DeliveryPage(Schema):
    """Deliveries, newest first; ask for older ones with `after` = `next_after` (null: there are none)."""

    rows: list[Delivery]
    next_after: int | None


class ApprovedCode(Schema):
    """A carrier's code of a text. `text_version` goes out, also where `newest_version` is later."""

    carrier: str
    kind: str
    locale: str
    carrier_code: str
    text_version: int
    newest_version: int
    saved_by: str
    saved_at: datetime
    reason: str


class TextWithoutCode(Schema):
    """A text the carrier has no code of."""

    kind: str
    locale: str


class ApprovedCodeList(Schema):
    """Every code. `carrier_in_use` is empty where that sends any text; `missing` are the texts it has no code of."""

    rows: list[ApprovedCode]
    carrier_in_use: str
    missing: list[TextWithoutCode]


class ApprovedCodeInput(Input):
    """A carrier's code of a text; an empty one takes it back."""

    carrier: Annotated[str, Field(max_length=40, pattern=Plain, examples=["aliyun_sms"])]
    kind: Annotated[str, Field(max_length=40, pattern=Plain, examples=["order_received"])]
    locale: Literal["zh-hans", "zh-hant", "en"]
    carrier_code: Annotated[str, Field(max_length=40, pattern=Plain, examples=["SMS_154950909"])]


class ApprovedCodesInput(Input):
    """Codes to save together, and why."""

    codes: Annotated[list[ApprovedCodeInput], Field(min_length=1, max_length=200)]
    reason: Text


class CodesSaved(Schema):
    """How many codes changed."""

    changed: int


class Done(Schema):
    """What was changed."""

    id: int
    done: bool = True


class MessageQuery(Filters):
    """Which messages."""

    state: MessageState = ""
    after: IdAfter = 0
    limit: Limit = 50


class DeliveryQuery(Filters):
    """Which deliveries."""

    state: Literal["", "waiting", "sending", "delivered", "failed"] = ""
    after: IdAfter = 0
    limit: Limit = 50


class EndpointInput(Input):
    """An endpoint. Without kinds it hears of every event that is offered."""

    url: Annotated[str, Field(min_length=1, max_length=500, pattern=Plain)]
    kinds: Annotated[list[Annotated[str, Field(max_length=80, pattern=Plain)]], Field(max_length=200)] = []
    description: Text = ""


class EndpointSwitch(Input):
    """Whether an endpoint is called."""

    active: bool


def _manage(request: ApiRequest) -> None:
    over_all_shops(request, endpoints.MANAGE)


@router.get("/messages", response=MessagePage, operation_id="list_messages", summary="List messages")
def list_messages(request: ApiRequest, narrow: Query[MessageQuery]) -> Any:
    """List what was said to whom and what became of it, readers masked. Needs `messaging.view`."""
    refuse_unknown_filters(request, narrow)
    over_all_shops(request, "messaging.view")
    page = outbox.messages_page(
        states=[narrow.state] if narrow.state else [], before_id=narrow.after or None, limit=narrow.limit
    )
    return {"rows": page.rows, "next_after": page.next_before}


def _edit_texts(request: ApiRequest) -> None:
    over_all_shops(request, templates.EDIT)


@router.get(
    "/messages/approved-codes",
    response=ApprovedCodeList,
    operation_id="list_approved_codes",
    summary="List carriers' codes of texts",
)
def list_approved_codes(request: ApiRequest) -> Any:
    """List under which codes carriers of short messages have approved our texts. Needs `messaging.templates`."""
    _edit_texts(request)
    carrier = approved.carrier_in_use()
    missing = [{"kind": kind, "locale": locale} for kind, locale in approved.missing_codes(carrier)]
    return {"rows": approved.approved_texts(), "carrier_in_use": carrier, "missing": missing}


@router.post(
    "/messages/approved-codes",
    response=CodesSaved,
    operation_id="save_approved_codes",
    summary="Save carriers' codes of texts",
)
@replayable
def save_approved_codes(request: ApiRequest, payload: ApprovedCodesInput) -> CodesSaved:
    """Put codes in force, each for the newest version of its text, all or none. Needs `messaging.templates`."""
    _edit_texts(request)
    codes = [CodeDraft(**one.model_dump()) for one in payload.codes]
    changed = approving.save_approved_codes(request.auth, codes=codes, reason=payload.reason, now=moment.now())
    return CodesSaved(changed=changed)


@router.get("/webhooks/endpoints", response=EndpointList, operation_id="list_endpoints", summary="List webhooks")
def list_endpoints(request: ApiRequest) -> Any:
    """List where programs hear of events. Needs `messaging.webhooks`."""
    _manage(request)
    return {"rows": known.endpoints(), "offered_kinds": known.offered_kinds()}


@router.post("/webhooks/endpoints", response=EndpointSecret, operation_id="create_endpoint", summary="Add a webhook")
@replayable_sealed
def create_endpoint(request: ApiRequest, payload: EndpointInput) -> EndpointSecret:
    """Call an address of every event of some kinds from now on; signed as Standard Webhooks say.

    Needs `messaging.webhooks`.
    """
    _manage(request)
    made = endpoints.create_endpoint(
        request.auth, url=payload.url, kinds=payload.kinds, description=payload.description
    )
    return EndpointSecret(id=made.endpoint_id, secret=made.secret)


@router.get("/webhooks/endpoints/{id}", response=Endpoint, operation_id="get_endpoint", summary="Read a webhook")
def get_endpoint(request: ApiRequest, id: Id) -> Any:
    """Read one endpoint. Needs `messaging.webhooks`."""
    _manage(request)
    return known.endpoint(id)


@router.post("/webhooks/endpoints/{id}", response=Done, operation_id="change_endpoint", summary="Change a webhook")
@replayable
def change_endpoint(request: ApiRequest, id: Id, payload: EndpointInput) -> Done:
    """Change address, kinds and description of an endpoint. Needs `messaging.webhooks`."""
    _manage(request)
    endpoints.change_endpoint(
        request.auth, endpoint_id=id, url=payload.url, kinds=payload.kinds, description=payload.description
    )
    return Done(id=id)


@router.post(
    "/webhooks/endpoints/{id}/active", response=Done, operation_id="switch_endpoint", summary="Switch a webhook"
)
@replayable
def switch_endpoint(request: ApiRequest, id: Id, payload: EndpointSwitch) -> Done:
    """Switch an endpoint on or off; what happens while it is off is sent later. Needs `messaging.webhooks`."""
    _manage(request)
    endpoints.switch_endpoint(request.auth, endpoint_id=id, active=payload.active, now=moment.now())
    return Done(id=id)


@router.post(
    "/webhooks/endpoints/{id}/secret", response=EndpointSecret, operation_id="rotate_secret", summary="New secret"
)
@replayable_sealed
def rotate_secret(request: ApiRequest, id: Id) -> EndpointSecret:
    """Give an endpoint a new secret; for some hours webhooks carry both signatures. Needs `messaging.webhooks`."""
    _manage(request)
    made = endpoints.rotate_secret(request.auth, endpoint_id=id, now=moment.now())
    return EndpointSecret(id=made.endpoint_id, secret=made.secret)


@router.post("/webhooks/endpoints/{id}/delete", response=Done, operation_id="delete_endpoint", summary="Delete it")
@replayable
def delete_endpoint(request: ApiRequest, id: Id) -> Done:
    """Forget an endpoint and its deliveries. Needs `messaging.webhooks`."""
    _manage(request)
    endpoints.delete_endpoint(request.auth, endpoint_id=id)
    return Done(id=id)


@router.get(
    "/webhooks/endpoints/{id}/deliveries",
    response=DeliveryPage,
    operation_id="list_deliveries",
    summary="List deliveries",
)
def list_deliveries(request: ApiRequest, id: Id, narrow: Query[DeliveryQuery]) -> Any:
    """List what was sent to an endpoint and what it answered. Needs `messaging.webhooks`."""
    refuse_unknown_filters(request, narrow)
    _manage(request)
    known.endpoint(id)
    rows = known.deliveries(endpoint_id=id, state=narrow.state, before_id=narrow.after or None, limit=narrow.limit + 1)
    older = len(rows) > narrow.limit
    return {"rows": rows[: narrow.limit], "next_after": rows[narrow.limit - 1].id if older else None}


@router.post("/webhooks/deliveries/{id}/resend", response=Done, operation_id="resend_delivery", summary="Send it again")
@replayable
def resend_delivery(request: ApiRequest, id: Id) -> Done:
    """Send one event again, under the same webhook-id. Needs `messaging.webhooks`."""
    _manage(request)
    endpoints.resend_delivery(request.auth, delivery_id=id, now=moment.now())
    return Done(id=id)
