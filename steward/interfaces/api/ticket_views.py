"""Saved views of tickets: of the person who signed in, list, save, put in order, remove, and read what is in one."""

from typing import Annotated, Any

from msgspec import convert, structs, to_builtins
from ninja import Field, Path, Query, Router, Schema

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.replies import replayable
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, Input, Plain
from steward.interfaces.api.ticket_shapes import TicketPage, one_of
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.desk.commands import views as commands
from steward.modules.desk.queries.views import View, get_view, view_counts, view_page, views_of
from steward.modules.desk.rules.views import LONGEST_NAME, MOST_DAYS, ORDER, SHARED, SNOOZED, SORTS, Conditions

router = Router(tags=["tickets"])
ViewId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Value = Annotated[str, Field(min_length=1, max_length=60, pattern=Plain)]
Values = Annotated[list[Value], Field(max_length=20)]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]


class ViewConditions(Input):
    """Which tickets. Of a list one must hold, all fields together; what is left out narrows nothing.

    `states` empty: active ones. `owners`: ids, `me` or `nobody`. `teams`: codes or `mine`. `tags`: all of them.
    """

    states: Values = []
    owners: Values = []
    teams: Values = []
    channels: Values = []
    categories: Values = []
    sub_reasons: Values = []
    priorities: Values = []
    urgencies: Values = []
    languages: Values = []
    tags: Values = []
    order: str = Field("", pattern=one_of(ORDER))
    snoozed: str = Field("", pattern=one_of(SNOOZED))
    unread: bool = False
    awaiting: bool = False
    late: bool = False
    opened_days: Days | None = None
    heard_days: Days | None = None
    text: Annotated[str, Field(max_length=100, pattern=Plain)] = ""


class ViewInput(Input):
    """What a view is to be. `shared`: empty for oneself, `team` (one's own, or the one named) or `all`."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=Plain)]
    conditions: ViewConditions
    sort: str = Field("due", pattern=one_of(SORTS))
    columns: Annotated[list[Value], Field(max_length=10)] = []
    shared: str = Field("", pattern=one_of(SHARED))
    team: Annotated[str, Field(max_length=50, pattern=Plain)] = ""


class TicketViewItem(Schema):
    """A saved view; `count` stops at 100, and is null where a text or ended tickets would take a search."""

    id: int
    name: str
    owner_id: int
    mine: bool
    shared: str
    team: str
    conditions: dict[str, Any]
    sort: str
    columns: list[str]
    default: bool
    count: int | None


class TicketViews(Schema):
    """The views of one person, in their order."""

    rows: list[TicketViewItem]


class ViewTicketsQuery(Filters):
    """Which part of a view."""

    after: Annotated[str, Field(max_length=80, pattern=Plain)] = ""
    limit: Annotated[int, Field(ge=1, le=100)] = 40


class ViewOrder(Input):
    """The ids of views in the order somebody wants them; those not named follow. `default`: the inbox opens with it."""

    ids: Annotated[list[Annotated[int, Field(ge=1, le=BIGGEST_ID)]], Field(max_length=200)] = []
    default: Annotated[int, Field(ge=1, le=BIGGEST_ID)] | None = None


@router.get("/ticket-views", response=TicketViews, operation_id="list_ticket_views", summary="List views")
def list_ticket_views(request: ApiRequest) -> dict[str, Any]:
    """List the saved views of the person behind the request, with their counts. Needs `tickets.view`."""
    return _listed(_reader(request))


@router.post("/ticket-views", response=TicketViewItem, operation_id="save_ticket_view", summary="Save a new view")
@replayable
def save_ticket_view(request: ApiRequest, payload: ViewInput) -> TicketViewItem:
    """Save a new view. Needs `tickets.view`; to share it `tickets.manage`."""
    actor = _reader(request)
    return _one(actor, commands.save_view(actor, draft=_draft(payload), now=moment.now()))


@router.put("/ticket-views/order", response=TicketViews, operation_id="arrange_ticket_views", summary="Arrange")
@replayable
def arrange_ticket_views(request: ApiRequest, payload: ViewOrder) -> TicketViews:
    """Put one's views in order, and say which the inbox opens with. Needs `tickets.view`."""
    actor = _reader(request)
    commands.lay_out_views(actor, view_ids=payload.ids, default_id=payload.default)
    return TicketViews.model_validate(_listed(actor))


@router.put("/ticket-views/{id}", response=TicketViewItem, operation_id="change_ticket_view", summary="Change a view")
@replayable
def change_ticket_view(request: ApiRequest, id: ViewId, payload: ViewInput) -> TicketViewItem:
    """Change a view of one's own, or with `tickets.manage` a shared one. Needs `tickets.view`."""
    actor = _reader(request)
    return _one(actor, commands.save_view(actor, draft=_draft(payload), now=moment.now(), view_id=id))


@router.delete("/ticket-views/{id}", response=TicketViews, operation_id="remove_ticket_view", summary="Remove a view")
@replayable
def remove_ticket_view(request: ApiRequest, id: ViewId) -> TicketViews:
    """Remove a view, for everybody it was shared with. Returns those that are left. Needs `tickets.view`."""
    actor = _reader(request)
    commands.remove_view(actor, view_id=id)
    return TicketViews.model_validate(_listed(actor))


@router.get(
    "/ticket-views/{id}/tickets", response=TicketPage, operation_id="list_view_tickets", summary="List a view's tickets"
)
def list_view_tickets(request: ApiRequest, id: ViewId, query: Query[ViewTicketsQuery]) -> dict[str, Any]:
    """List the tickets of a view as the person behind the request sees it. Needs `tickets.view`."""
    actor = _reader(request)
    refuse_unknown_filters(request, query)
    view, now = get_view(id, actor.staff_id), moment.now()
    page = view_page(view.conditions, view.sort, staff_id=actor.staff_id, now=now, after=query.after, limit=query.limit)
    return {"rows": page.rows, "next_after": page.after}


def _reader(request: ApiRequest) -> Actor:
    return over_all_shops(request, "tickets.view")


def _draft(payload: ViewInput) -> commands.ViewDraft:
    facts = payload.conditions.model_dump()
    return commands.ViewDraft(
        name=payload.name,
        conditions=convert(facts, Conditions),
        sort=payload.sort,
        columns=tuple(payload.columns),
        shared=payload.shared,
        team=payload.team,
    )


def _listed(actor: Actor) -> dict[str, Any]:
    views = views_of(actor.staff_id)
    counts = view_counts(views, staff_id=actor.staff_id, now=moment.now())
    return {"rows": [_item(view, counts[view.id]) for view in views]}


def _item(view: View, count: int | None) -> dict[str, Any]:
    return structs.asdict(view) | {"conditions": to_builtins(view.conditions), "count": count}


def _one(actor: Actor, view_id: int) -> TicketViewItem:
    return TicketViewItem.model_validate(next(one for one in _listed(actor)["rows"] if one["id"] == view_id))
