"""Tickets: list, read, open, set facts, take, hand over, wait, solve, merge, split, and their checklists."""

from typing import Annotated, Any

from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, IdAfter, Limit, Plain, Text
from steward.interfaces.api.ticket_shapes import (
    AnswerInput,
    TicketAct,
    TicketFacts,
    TicketFull,
    TicketInput,
    TicketLikeness,
    TicketPage,
    TicketStepItem,
    TicketThread,
    one_of,
)
from steward.kernel import errors, moment
from steward.kernel.actor import Actor
from steward.modules.desk.commands import answering, flow_steps, merging, moving, opening, owning, restating
from steward.modules.desk.queries import flows, inbox, ticket
from steward.modules.desk.queries.duplicates import duplicates_of
from steward.modules.orders import queries as orders

router = Router(tags=["tickets"])
Number = Annotated[str, Path(max_length=24, pattern=Plain, description="The ticket's number")]
MessageId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
NEEDS = "tickets.view"


class TicketQuery(Filters):
    """How the list is narrowed. `mine` and `team` are those of the person behind the token."""

    queue: str = Field("active", json_schema_extra={"enum": list(inbox.QUEUES)}, pattern=one_of(inbox.QUEUES))
    channel: Text = ""
    category: Text = ""
    priority: Text = ""
    tag: Text = ""
    after: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    limit: Limit = 40


class ThreadQuery(Filters):
    """Which part of what was said."""

    before: IdAfter | None = None
    limit: Limit = 50


class Withdrawn(Schema):
    """The words of an answer that was taken back, to go on writing."""

    text: str


class QueueCounts(Schema):
    """How many tickets stand in each queue, and how many of mine are late."""

    counts: dict[str, int]


@router.get("/tickets", response=TicketPage, operation_id="list_tickets", summary="List tickets")
def list_tickets(request: ApiRequest, query: Query[TicketQuery]) -> dict[str, Any]:
    """List the tickets of a queue; ended ones that are narrowed are those of the last 92 days. Needs `tickets.view`."""
    actor = _reader(request)
    refuse_unknown_filters(request, query)
    filters = inbox.TicketFilters(
        queue=query.queue,
        staff_id=actor.staff_id,
        channel=query.channel,
        category=query.category,
        priority=query.priority,
        tag=query.tag,
    )
    page = inbox.inbox_page(filters, now=moment.now(), after=query.after, limit=query.limit)
    return {"rows": page.rows, "next_after": page.after}


@router.get("/tickets/counts", response=QueueCounts, operation_id="count_tickets", summary="Count the queues")
def count_tickets(request: ApiRequest) -> dict[str, Any]:
    """Count the tickets of each queue. Needs `tickets.view`."""
    return {"counts": inbox.queue_counts(_reader(request).staff_id, now=moment.now())}


@router.post("/tickets", response=TicketFull, operation_id="open_ticket", summary="Open a ticket")
@replayable
def open_ticket(request: ApiRequest, payload: TicketInput) -> TicketFull:
    """Open a ticket with what was told as its first word. Needs `tickets.work`."""
    actor = _reader(request)
    facts = payload.model_dump(exclude={"order"})
    order_id = orders.order_id(payload.order) if payload.order else None
    draft = opening.TicketDraft(**facts, order_id=order_id, mine=False)
    return _full(opening.open_tickets(actor, drafts=[draft], now=moment.now())[0])


@router.get("/tickets/{number}", response=TicketFull, operation_id="get_ticket", summary="Read a ticket")
def get_ticket(request: ApiRequest, number: Number) -> TicketFull:
    """Read one ticket with its limits, conversations and checklist. Needs `tickets.view`."""
    _reader(request)
    return _full(ticket.ticket_id(number))


@router.get(
    "/tickets/{number}/messages", response=TicketThread, operation_id="get_thread", summary="Read what was said"
)
def get_thread(request: ApiRequest, number: Number, query: Query[ThreadQuery]) -> ticket.Thread:
    """Read what was said in a ticket, the newest part first. Needs `tickets.view`."""
    _reader(request)
    refuse_unknown_filters(request, query)
    return ticket.thread(ticket.ticket_id(number), before=query.before, limit=query.limit)


@router.patch("/tickets/{number}", response=TicketFull, operation_id="restate_ticket", summary="Set facts of a ticket")
@replayable
def restate_ticket(request: ApiRequest, number: Number, payload: TicketFacts) -> TicketFull:
    """Set category, urgency, priority or tags; limits that depend on them count anew. Needs `tickets.work`."""
    actor, id_ = _reader(request), ticket.ticket_id(number)
    given = payload.given()
    if "category" in given:
        given["sorted_by"] = "person"
    facts = restating.Facts(**given)
    restating.restate_tickets(actor, ticket_ids=[id_], facts=facts, reason=payload.reason, now=moment.now())
    return _full(id_)


@router.post("/tickets/{number}", response=TicketFull, operation_id="act_on_ticket", summary="Work on a ticket")
@replayable
def act_on_ticket(request: ApiRequest, number: Number, payload: TicketAct) -> TicketFull:
    """Do one thing with a ticket. Needs `tickets.work`; to reject or declare special `tickets.manage`."""
    actor, id_ = _reader(request), ticket.ticket_id(number)
    actor.require("tickets.work")
    _act(actor, id_, payload)
    return _full(id_)


@router.post("/tickets/{number}/answers", response=TicketThread, operation_id="answer_ticket", summary="Answer")
@replayable
def answer_ticket(request: ApiRequest, number: Number, payload: AnswerInput) -> TicketThread:
    """Say something to the customer, by the channel they spoke on last. Needs `tickets.work`."""
    actor, id_ = _reader(request), ticket.ticket_id(number)
    draft = answering.AnswerDraft(**payload.model_dump())
    answering.answer_ticket(actor, ticket_id=id_, draft=draft, now=moment.now())
    return TicketThread.model_validate(ticket.thread(id_))


@router.delete(
    "/tickets/{number}/answers/{id}", response=Withdrawn, operation_id="take_back_answer", summary="Take an answer back"
)
@replayable
def take_back_answer(request: ApiRequest, number: Number, id: MessageId) -> Withdrawn:
    """Take back an answer of one's own that has not left yet. Needs `tickets.work`."""
    actor = _reader(request)
    ticket.ticket_id(number)
    return Withdrawn(text=answering.take_back_answer(actor, message_id=id, now=moment.now()))


def _act(actor: Actor, id_: int, payload: TicketAct) -> None:
    now, act = moment.now(), payload.act
    match act:
        case "take":
            owning.take_tickets(actor, ticket_ids=[id_], now=now)
        case "hand_over":
            owning.hand_over_tickets(
                actor, ticket_ids=[id_], to_staff_id=payload.staff_id or 0, note=payload.reason, now=now
            )
        case "note":
            answering.note_ticket(actor, ticket_id=id_, text=payload.reason, now=now)
        case "reject":
            moving.reject_tickets(actor, ticket_ids=[id_], reason=payload.reason, now=now)
        case "snooze":
            moving.snooze_ticket(actor, ticket_id=id_, until=payload.until, now=now)
        case "special" | "not_special":
            restating.declare_special(actor, ticket_id=id_, special=act == "special", reason=payload.reason, now=now)
        case "watch" | "unwatch":
            owning.watch_ticket(actor, ticket_id=id_, watch=act == "watch")
        case "do_step" | "skip_step":
            _step(actor, id_, payload)
        case "merge" | "unmerge" | "link" | "unlink" | "split":
            _join(actor, id_, payload)
        case _:
            moving.move_tickets(actor, ticket_ids=[id_], verb=act, reason=payload.reason, now=now)


def _join(actor: Actor, id_: int, payload: TicketAct) -> None:
    now = moment.now()
    match payload.act:
        case "merge":
            merging.merge_tickets(actor, into_id=id_, ticket_ids=payload.ticket_ids, reason=payload.reason, now=now)
        case "unmerge":
            merging.unmerge_tickets(actor, merge_id=payload.merge_id or 0, now=now)
        case "link":
            for other in payload.ticket_ids:
                merging.link_tickets(actor, ticket_id=id_, other_id=other, now=now)
        case "unlink":
            for other in payload.ticket_ids:
                merging.unlink_tickets(actor, ticket_id=id_, other_id=other)
        case _:
            opening.split_ticket(
                actor, ticket_id=id_, message_ids=payload.message_ids, subject=payload.reason[:120], now=now
            )


def _step(actor: Actor, id_: int, payload: TicketAct) -> None:
    steps = _steps(id_)
    if payload.step_id not in {step.id for step in steps}:
        raise errors.NotFound(key=payload.step_id or "")
    if payload.act == "do_step":
        flow_steps.do_step(
            actor, step_id=payload.step_id or 0, note=payload.reason, outcome=payload.outcome, now=moment.now()
        )
    else:
        flow_steps.skip_step(actor, step_id=payload.step_id or 0, reason=payload.reason, now=moment.now())


def _steps(id_: int) -> list[flows.StepView]:
    found = flows.checklists([id_]).get(id_)
    return found.steps if found else []


def _full(id_: int) -> TicketFull:
    found = flows.checklists([id_]).get(id_)
    full = TicketFull.model_validate(ticket.get_ticket(id_))
    if found:
        full.flow = found.flow
        full.steps = [TicketStepItem.model_validate(step) for step in found.steps]
    full.looks_like = [TicketLikeness.model_validate(one) for one in duplicates_of(id_, now=moment.now())]
    return full


def _reader(request: ApiRequest) -> Actor:
    """Return who asks. A token limited to shops sees no tickets: these belong to customers, not to a shop.

    Raises: NotPermitted, SpansAllShops.
    """
    return over_all_shops(request, NEEDS)
