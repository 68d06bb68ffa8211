"""Calls and who is to be called back; the telephone system itself tells of them by webhook."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Clock, Filters, IdAfter, Input, Limit, Plain
from steward.kernel import moment
from steward.modules.desk.commands import call_work
from steward.modules.desk.queries import calls as known
from steward.modules.desk.queries import ticket as tickets

router = Router(tags=["calls"])
VIEW = "tickets.view"
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
CallState = Literal["ringing", "answered", "held", "ended", "missed"]


class CallItem(Schema):
    """One call, the caller masked. `waited_s` is from the ring to the answer, or to the end of who was missed."""

    id: int
    box: str
    direction: Literal["in", "out"]
    state: CallState
    caller: str
    customer_id: int | None
    called: str
    extension: str
    staff_id: int | None
    staff_name: str
    ticket_number: str
    rang_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    waited_s: int | None
    held_s: int
    transfers: int
    recording_url: str
    clock: Clock | None


class CallList(Schema):
    """Calls, newest first; ask for older ones with `after` = `next_after` (null: there are none)."""

    rows: list[CallItem]
    next_after: int | None


class CallQuery(Filters):
    """Which calls; `live` are those that ring or are spoken on."""

    state: Literal["", "live", "missed", "ended"] = ""
    after: IdAfter = 0
    limit: Limit = 50


class CallBackItem(Schema):
    """A customer to be called back, masked; `missed` counts the calls nobody answered."""

    id: int
    call_id: int
    customer_id: int
    caller: str
    missed: int
    opened_at: datetime
    due_at: datetime
    state: Literal["open", "done", "dropped"]
    note: str
    settled_at: datetime | None


class CallBackList(Schema):
    """Who is to be called back, the most urgent first."""

    rows: list[CallBackItem]


class CallBackQuery(Filters):
    """Which call backs."""

    state: Literal["open", "done", "dropped"] = "open"
    limit: Limit = 100


class CallBackInput(Input):
    """Whether a customer was called back (done) or need not be (drop), and what came of it."""

    outcome: Literal["done", "drop"]
    note: Annotated[str, Field(min_length=1, max_length=400, pattern=Plain)]


class CallFileInput(Input):
    """The case a call is about; without a number a new one is opened."""

    ticket: Annotated[str, Field(max_length=24, pattern=Plain)] = ""
    subject: Annotated[str, Field(max_length=120, pattern=Plain)] = ""


class CallFiled(Schema):
    """The case a call is in now."""

    ticket_number: str


class CallBackDone(Schema):
    """What was settled."""

    id: int
    done: bool = True


def _allowed(request: ApiRequest, permission: str) -> None:
    over_all_shops(request, permission)


@router.get("/calls", response=CallList, operation_id="list_calls", summary="List calls")
def list_calls(request: ApiRequest, narrow: Query[CallQuery]) -> Any:
    """List calls, newest first. Needs `tickets.view`."""
    refuse_unknown_filters(request, narrow)
    _allowed(request, VIEW)
    page = known.calls_page(state=narrow.state, before_id=narrow.after or None, limit=narrow.limit)
    return {"rows": page.rows, "next_after": page.next_before}


@router.get("/calls/{id}", response=CallItem, operation_id="get_call", summary="Read a call")
def get_call(request: ApiRequest, id: Id) -> Any:
    """Read one call. Needs `tickets.view`."""
    _allowed(request, VIEW)
    return known.call(id)


@router.post("/calls/{id}/file", response=CallFiled, operation_id="file_call", summary="Put a call into its case")
@replayable
def file_call(request: ApiRequest, id: Id, payload: CallFileInput) -> CallFiled:
    """Put a call into the case it is about, or open one. Needs `tickets.work`."""
    _allowed(request, call_work.NEEDS)
    ticket_id = call_work.file_call(
        request.auth, call_id=id, ticket_number=payload.ticket, subject=payload.subject, now=moment.now()
    )
    return CallFiled(ticket_number=tickets.get_ticket(ticket_id).number)


@router.get("/call-backs", response=CallBackList, operation_id="list_call_backs", summary="List call backs")
def list_call_backs(request: ApiRequest, narrow: Query[CallBackQuery]) -> Any:
    """List who is to be called back. Needs `tickets.view`."""
    refuse_unknown_filters(request, narrow)
    _allowed(request, VIEW)
    return {"rows": known.call_backs(state=narrow.state, limit=narrow.limit)}


@router.post(
    "/call-backs/{id}/settle", response=CallBackDone, operation_id="settle_call_back", summary="Settle a call back"
)
@replayable
def settle_call_back(request: ApiRequest, id: Id, payload: CallBackInput) -> CallBackDone:
    """Say that a customer was called back, or need not be. Needs `tickets.work`."""
    _allowed(request, call_work.NEEDS)
    call_work.settle_call_back(
        request.auth, call_back_id=id, outcome=payload.outcome, note=payload.note, now=moment.now()
    )
    return CallBackDone(id=id)
