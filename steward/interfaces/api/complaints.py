"""Complaints: list, read, register, work on, analyse; asking afterwards: list, record results."""

from typing import Annotated, Any

from django.conf import settings
from ninja import Path, Query, Router

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.complaint_shapes import (
    AnalysisQuery,
    ComplaintAct,
    ComplaintAnalysis,
    ComplaintFull,
    ComplaintInput,
    ComplaintPage,
    ComplaintQuery,
    FollowUpItem,
    FollowUpPage,
    FollowUpQuery,
    FollowUpResult,
)
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Plain
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.desk.commands import (
    compensating,
    complaint_moving,
    complaint_work,
    complaints,
    follow_up_answers,
)
from steward.modules.desk.queries import complaint as reading
from steward.modules.desk.queries import follow_ups
from steward.modules.desk.queries.complaint_figures import ComplaintFigures, complaint_figures
from steward.modules.desk.queries.complaints import ComplaintFilters, complaints_page
from steward.modules.desk.queries.ticket import ticket_id
from steward.modules.orders import queries as orders

router = Router(tags=["complaints"])
Number = Annotated[str, Path(max_length=24, pattern=Plain, description="The complaint's number")]
FollowUpId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
VIEW = "tickets.view"
FACTS = ("type", "seriousness", "team", "cause", "cause_words")


def _reader(request: ApiRequest) -> Actor:
    return over_all_shops(request, VIEW)


@router.get("/complaints", response=ComplaintPage, operation_id="list_complaints", summary="List complaints")
def list_complaints(request: ApiRequest, narrow: Query[ComplaintQuery]) -> Any:
    """List the complaints of a queue, newest first. Needs `tickets.view`."""
    actor = _reader(request)
    refuse_unknown_filters(request, narrow)
    filters = ComplaintFilters(
        queue=narrow.queue,
        staff_id=actor.staff_id,
        type=narrow.type,
        cause=narrow.cause,
        team=narrow.team,
        outcome=narrow.outcome,
    )
    rows = complaints_page(filters, now=moment.now(), before_id=narrow.after or None, limit=narrow.limit + 1)
    return {"rows": rows[: narrow.limit], "next_after": rows[narrow.limit - 1].id if len(rows) > narrow.limit else None}


@router.post("/complaints", response=ComplaintFull, operation_id="register_complaint", summary="Register a complaint")
@replayable
def register_complaint(request: ApiRequest, payload: ComplaintInput) -> ComplaintFull:
    """Register a complaint, from a ticket or told directly. Needs `tickets.work`."""
    actor = _reader(request)
    order_id = orders.order_id(payload.order) if payload.order else None
    draft = complaints.ComplaintDraft(
        **payload.model_dump(exclude={"ticket", "order"}),
        ticket_id=ticket_id(payload.ticket) if payload.ticket else None,
        order_id=order_id,
        customer_id=orders.order_detail(order_id).customer_id if order_id and not payload.ticket else None,
    )
    return _full(complaints.register_complaint(actor, draft=draft, now=moment.now()))


@router.get(
    "/complaints/analysis", response=ComplaintAnalysis, operation_id="analyse_complaints", summary="Analyse complaints"
)
def analyse_complaints(request: ApiRequest, narrow: Query[AnalysisQuery]) -> ComplaintFigures:
    """Count complaints by type, cause, department, outcome and week. Needs `tickets.view`."""
    _reader(request)
    refuse_unknown_filters(request, narrow)
    return complaint_figures(now=moment.now(), time_zone=settings.TIME_ZONE, weeks=narrow.weeks)


@router.get("/complaints/{number}", response=ComplaintFull, operation_id="get_complaint", summary="Read a complaint")
def get_complaint(request: ApiRequest, number: Number) -> ComplaintFull:
    """Read one complaint with everything that was done about it. Needs `tickets.view`."""
    _reader(request)
    return _full(number)


@router.post(
    "/complaints/{number}", response=ComplaintFull, operation_id="act_on_complaint", summary="Work on a complaint"
)
@replayable
def act_on_complaint(request: ApiRequest, number: Number, payload: ComplaintAct) -> ComplaintFull:
    """Do one thing with a complaint. Needs `tickets.work`; whom it is about cannot."""
    actor = _reader(request)
    actor.require("tickets.work")
    _act(actor, number, payload)
    return _full(number)


def _full(number: str) -> ComplaintFull:
    return ComplaintFull.model_validate(reading.complaint(number))


def _act(actor: Actor, number: str, payload: ComplaintAct) -> None:
    now, words = moment.now(), payload.words
    match payload.act:
        case "restate":
            given = {name: value for name in FACTS if (value := getattr(payload, name)) is not None}
            given |= {"owner_id": payload.staff_id} if payload.staff_id else {}
            facts = complaint_moving.ComplaintFacts(**given)
            complaint_moving.restate_complaint(actor, number=number, facts=facts, now=now)
        case "dismiss":
            complaints.dismiss_complaint(actor, number=number, reason=words, now=now)
        case "close":
            complaint_moving.close_complaint(actor, number=number, outcome=payload.outcome or "", words=words, now=now)
        case "wait" | "go_on":
            waits = payload.act == "wait"
            complaint_moving.wait_for_complainer(actor, number=number, waits=waits, words=words, now=now)
        case "investigate" | "propose" | "agree" | "decline" | "reopen":
            complaint_moving.move_complaint(actor, number=number, verb=payload.act, words=words, now=now)
        case _:
            _work(actor, number, payload)


def _work(actor: Actor, number: str, payload: ComplaintAct) -> None:
    now, words, id_ = moment.now(), payload.words, payload.id or 0
    match payload.act:
        case "measure":
            complaint_work.set_measure(
                actor, number=number, words=words, staff_id=payload.staff_id, due_date=None, now=now
            )
        case "measure_done":
            complaint_work.finish_measure(actor, number=number, measure_id=id_, now=now)
        case "call":
            complaint_work.plan_complaint_call(
                actor, number=number, staff_id=payload.staff_id or 0, call_at=now, now=now
            )
        case "call_made":
            complaint_work.note_complaint_call(
                actor, number=number, call_back_id=id_, result=payload.result or "", words=words, now=now
            )
        case "hand_over":
            compensating.hand_over_compensation(actor, number=number, compensation_id=id_, note=words, now=now)
        case "take_back":
            compensating.withdraw_compensation(actor, number=number, compensation_id=id_, reason=words, now=now)
        case _:
            compensating.ask_compensation(
                actor,
                number=number,
                kind=payload.kind,
                amount_minor=payload.amount_minor,
                currency=payload.currency,
                reason=words,
                now=now,
            )


@router.get("/follow-ups", response=FollowUpPage, operation_id="list_follow_ups", summary="List follow-ups")
def list_follow_ups(request: ApiRequest, narrow: Query[FollowUpQuery]) -> Any:
    """List questions whether solutions satisfied. Needs `tickets.view`."""
    _reader(request)
    refuse_unknown_filters(request, narrow)
    page = follow_ups.follow_ups_page(queue=narrow.queue, after=narrow.after, limit=narrow.limit)
    return {"rows": page.rows, "next_after": page.after}


@router.post(
    "/follow-ups/{id}", response=FollowUpItem, operation_id="record_follow_up", summary="Record what came of asking"
)
@replayable
def record_follow_up(request: ApiRequest, id: FollowUpId, payload: FollowUpResult) -> FollowUpItem:
    """Record what a customer said, or that they were not reached. Needs `tickets.work`."""
    actor, now = _reader(request), moment.now()
    if payload.reached:
        follow_up_answers.answer_follow_up(
            actor, follow_up_id=id, satisfied=payload.satisfied, score=payload.score, words=payload.words, now=now
        )
    else:
        follow_up_answers.note_unreached(actor, follow_up_id=id, now=now)
    return FollowUpItem.model_validate(follow_ups.follow_up(id))
