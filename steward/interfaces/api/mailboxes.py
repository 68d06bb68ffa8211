"""Watched mailboxes, and messages from outside that could not be taken."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Input, Limit, Plain
from steward.kernel import moment
from steward.modules.messaging.commands import mailboxes, parked
from steward.modules.messaging.queries import mailboxes as known
from steward.modules.messaging.queries import parked as known_parked
from steward.modules.messaging.rules.mailboxes import MailboxDraft

router = Router(tags=["messages"])
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Code = Annotated[str, Path(max_length=40, pattern=Plain)]
Short = Annotated[str, Field(max_length=120, pattern=Plain)]
Needed = Annotated[str, Field(min_length=1, max_length=253, pattern=Plain)]


class MailboxFacts(Schema):
    """A watched mailbox without its password. `failing_since` and `error`: it cannot be read, and why."""

    id: int
    code: str
    address: str
    host: str
    port: int
    security: str
    login: str
    folder: str
    done_folder: str
    shop_code: str
    has_plus: bool
    takes_old: bool
    order_mapping: str
    order_senders: str
    active: bool
    polled_at: datetime | None
    failing_since: datetime | None
    error: str
    parked: int


class MailboxList(Schema):
    """Every watched mailbox."""

    rows: list[MailboxFacts]


class MailboxInput(Input):
    """A mailbox to watch; without a password the one that is known stays."""

    address: Annotated[str, Field(min_length=3, max_length=254, pattern=Plain, examples=["service@shop.example"])]
    host: Needed
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    login: Needed
    password: Annotated[str, Field(max_length=500, pattern=Plain)] = ""
    folder: Annotated[str, Field(min_length=1, max_length=120, pattern=Plain)] = "INBOX"
    done_folder: Short = ""
    shop_code: Annotated[str, Field(max_length=40, pattern=Plain)] = ""
    has_plus: bool = True
    takes_old: bool = False
    order_mapping: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    order_senders: Annotated[str, Field(max_length=2_000, pattern=Plain)] = ""
    active: bool = True


class MailboxTried(Schema):
    """What came of opening a mailbox; `why` is empty where it went well."""

    why: str
    letters: int


class ParkedMessage(Schema):
    """A message from outside that could not be taken, and why."""

    id: int
    channel: str
    box: str
    shape: str
    size_bytes: int
    reason: str
    attempts: int
    state: str
    parked_at: datetime
    settled_at: datetime | None
    settled_by: str


class ParkedMessagePage(Schema):
    """Parked messages, newest first; ask for older ones with `after` = `next_after` (null: there are none)."""

    rows: list[ParkedMessage]
    next_after: int | None


class ParkedQuery(Filters):
    """Which parked messages; an empty state: all."""

    state: Literal["", "parked", "taken", "dropped"] = "parked"
    after: IdAfter = 0
    limit: Limit = 50


class ParkedDecision(Input):
    """What is to become of it."""

    what: Literal["take", "drop"]


class ParkedDecided(Schema):
    """What became of it; `message_id` where it was taken."""

    id: int
    message_id: int | None


def _manage(request: ApiRequest, permission: str) -> None:
    over_all_shops(request, permission)


@router.get("/mailboxes", response=MailboxList, operation_id="list_mailboxes", summary="List watched mailboxes")
def list_mailboxes(request: ApiRequest) -> Any:
    """List the mailboxes whose letters are taken in. Needs `messaging.mailboxes`."""
    _manage(request, mailboxes.MANAGE)
    return {"rows": known.mailboxes()}


@router.get("/mailboxes/{code}", response=MailboxFacts, operation_id="get_mailbox", summary="Read a mailbox")
def get_mailbox(request: ApiRequest, code: Code) -> Any:
    """Read one mailbox and how it goes there. Needs `messaging.mailboxes`."""
    _manage(request, mailboxes.MANAGE)
    return known.mailbox(code)


@router.post("/mailboxes/{code}", response=MailboxFacts, operation_id="save_mailbox", summary="Add or change a mailbox")
def save_mailbox(request: ApiRequest, code: Code, payload: MailboxInput) -> Any:
    """Add a mailbox under a code, or change the one that has it; the same twice is once.

    Needs `messaging.mailboxes`.
    """
    _manage(request, mailboxes.MANAGE)
    mailboxes.save_mailbox(request.auth, draft=MailboxDraft(code=code, **payload.model_dump()))
    return known.mailbox(code)


@router.post("/mailboxes/{code}/try", response=MailboxTried, operation_id="try_mailbox", summary="Try a mailbox")
def try_mailbox(request: ApiRequest, code: Code) -> Any:
    """Sign in and open the folder, as fetching would; nothing is changed there. Needs `messaging.mailboxes`."""
    _manage(request, mailboxes.MANAGE)
    return mailboxes.try_mailbox(request.auth, mailbox_id=known.mailbox(code).id)


@router.get(
    "/messages/parked", response=ParkedMessagePage, operation_id="list_parked_messages", summary="List parked messages"
)
def list_parked_messages(request: ApiRequest, narrow: Query[ParkedQuery]) -> Any:
    """List what came from outside and could not be taken. Needs `messaging.view`."""
    refuse_unknown_filters(request, narrow)
    _manage(request, "messaging.view")
    page = known_parked.parked_page(state=narrow.state, before_id=narrow.after or None, limit=narrow.limit)
    return {"rows": page.rows, "next_after": page.next_before}


@router.post("/messages/parked/{id}", response=ParkedDecided, operation_id="settle_parked_message", summary="Settle it")
def settle_parked_message(request: ApiRequest, id: Id, payload: ParkedDecision) -> ParkedDecided:
    """Have a parked message taken after all, or drop it; it is settled once. Needs `messaging.retry`."""
    _manage(request, parked.SETTLE)
    if payload.what == "take":
        return ParkedDecided(id=id, message_id=parked.retry_parked(request.auth, parked_id=id, now=moment.now()))
    parked.drop_parked(request.auth, parked_id=id, now=moment.now())
    return ParkedDecided(id=id, message_id=None)
