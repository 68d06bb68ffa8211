"""Search over tickets: what was said in them and their subjects, with the words marked."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema
from pydantic import AwareDatetime

from steward.interfaces.api.access import ApiRequest, over_all_shops, refuse_unknown_filters
from steward.interfaces.api.schemas import BIGGEST_ID, Filters, Plain, Text
from steward.interfaces.api.ticket_shapes import TicketItem, one_of
from steward.kernel import moment
from steward.modules.desk.queries.search_pages import AUTHORS, SORTS, SearchPage, search_page
from steward.modules.desk.queries.searching import SearchFilters
from steward.modules.desk.rules.tickets import STATES

router = Router(tags=["tickets"])


class TicketSearchQuery(Filters):
    """What is searched for: all words must be there. `owner_id` 0: nobody's. `since` and `until`: when it was said."""

    q: Annotated[str, Field(min_length=1, max_length=100, pattern=Plain)]
    channel: Text = ""
    state: str = Field("", json_schema_extra={"enum": ["", *STATES]}, pattern=one_of(("", *STATES)))
    category: Text = ""
    team: Text = ""
    owner_id: Annotated[int, Field(ge=0, le=BIGGEST_ID)] | None = None
    author: str = Field("", json_schema_extra={"enum": ["", *AUTHORS]}, pattern=one_of(("", *AUTHORS)))
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    sort: str = Field("best", json_schema_extra={"enum": list(SORTS)}, pattern=one_of(SORTS))
    after: Annotated[str, Field(max_length=140, pattern=Plain)] = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 20


class SnippetPiece(Schema):
    """A part of what was said; marked is what was searched for."""

    text: str
    marked: bool


class FoundTicket(Schema):
    """A ticket and its newest words that match; `message_id` null: its subject."""

    ticket: TicketItem
    message_id: int | None
    author: str
    at: datetime
    pieces: list[SnippetPiece]


class FoundTickets(Schema):
    """Go on with `after` = `next_after` (empty: nothing is left).

    `looked_until`: more words matched than one request compares with the filters; those said since then were.
    `searches` false: nothing to look for in texts, such as one character, or a phone number, which the customers are
    asked for.
    """

    rows: list[FoundTicket]
    next_after: str
    looked_until: datetime | None
    searches: bool


@router.get("/tickets/search", response=FoundTickets, operation_id="search_tickets", summary="Search tickets")
def search_tickets(request: ApiRequest, query: Query[TicketSearchQuery]) -> dict[str, Any]:
    """Find tickets by what was said in them. Needs `tickets.view`."""
    over_all_shops(request, "tickets.view")
    refuse_unknown_filters(request, query)
    filters = SearchFilters(
        channel=query.channel,
        category=query.category,
        team=query.team,
        states=(query.state,) if query.state else (),
        owner_id=query.owner_id,
        author=query.author,
        since=query.since,
        until=query.until,
    )
    page: SearchPage = search_page(
        query.q, filters, now=moment.now(), sort=query.sort, after=query.after, limit=query.limit
    )
    return {
        "rows": page.rows,
        "next_after": page.after,
        "looked_until": page.looked_until,
        "searches": page.searches,
    }
