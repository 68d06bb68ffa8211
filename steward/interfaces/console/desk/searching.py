"""The page that searches tickets and what was said in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.customers.listing import found_by
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.desk.queries import words
from steward.modules.desk.queries.inbox import TicketRow, find_tickets, tickets_of_customer, tickets_of_order
from steward.modules.desk.queries.search_pages import SORTS, search_page
from steward.modules.desk.queries.searching import SearchFilters
from steward.modules.desk.rules.tickets import STATES
from steward.modules.orders.queries import allocating as orders
from steward.modules.people import queries as people

PAGE = 25
LONGEST_TEXT = 100
MOST_NAMED = 8
# Units: days.
PERIODS = {"7": _("Last 7 days"), "30": _("Last 30 days"), "90": _("Last 90 days"), "365": _("Last year")}
OWNERS = {"me": pgettext_lazy("tickets of", "Me"), "nobody": pgettext_lazy("tickets of", "Nobody")}
SORT_WORDS = {"best": _("Best first"), "newest": _("Newest first")}
FILTERS = ("channel", "state", "category", "owner", "team", "author", "days", "sort")


@require_GET
@needs("tickets.view")
def desk_search(request: StaffRequest) -> HttpResponse:
    """Show tickets whose words, subject, number, customer or order match, with the words marked."""
    text = " ".join(request.GET.get("q", "").split())[:LONGEST_TEXT]
    chosen = {name: request.GET.get(name, "")[:60] for name in FILTERS}
    now = moment.now()
    after = request.GET.get("after", "")[:140]
    filters = filters_of(chosen, request.actor, now)
    sort = chosen["sort"] if chosen["sort"] in SORTS else "best"
    page = search_page(text, filters, now=now, staff_id=request.actor.staff_id, sort=sort, after=after, limit=PAGE)
    kept = {"q": text} | {name: value for name, value in chosen.items() if value}
    facts = {
        "text": text,
        "page": page,
        "named": [] if after or not text else _named(request.actor, text),
        "next_url": "?" + urlencode(kept | {"after": page.after}) if page.after else "",
        "first_url": "?" + urlencode(kept) if after else "",
        "everything_url": "?" + urlencode({"q": text}),
        "chosen": chosen,
        "is_narrowed": any(value for name, value in chosen.items() if name != "sort"),
        **_choices(),
    }
    return render(request, "console/desk/search.html", facts)


def filters_of(chosen: dict[str, str], actor: Actor, now: datetime) -> SearchFilters:
    """Read how a search is narrowed; what nobody offers narrows nothing."""
    owner = chosen["owner"]
    staff_id = actor.staff_id or 0 if owner == "me" else int(owner) if owner.isascii() and owner.isdigit() else None
    days = chosen["days"]
    return SearchFilters(
        channel=chosen["channel"] if chosen["channel"] in words.CHANNELS else "",
        category=chosen["category"] if chosen["category"] in words.CATEGORIES else "",
        team=chosen["team"],
        states=(chosen["state"],) if chosen["state"] in STATES else (),
        owner_id=0 if owner == "nobody" else None if staff_id is not None and staff_id >= 2**63 else staff_id,
        author=chosen["author"] if chosen["author"] in words.AUTHORS else "",
        since=now - timedelta(days=int(days)) if days in PERIODS else None,
    )


def _choices() -> dict[str, Any]:
    colleagues = people.staff_contact(people.staff_with_permission("tickets.work"))
    named = sorted((one.name, str(one.staff_id)) for one in colleagues.values())
    return {
        "channels": list(words.CHANNELS.items()),
        "states": [(code, words.STATES[code]) for code in STATES],
        "categories": list(words.CATEGORIES.items()),
        "owners": [*OWNERS.items(), *((id_, name) for name, id_ in named)],
        "teams": [(team.code, team.name) for team in people.teams()],
        "authors": list(words.AUTHORS.items()),
        "periods": list(PERIODS.items()),
        "sorts": list(SORT_WORDS.items()),
    }


def _named(actor: Actor, text: str) -> list[TicketRow]:
    """Find tickets by their number, by whose they are (phone, e-mail, name), or by their order."""
    found = {row.id: row for row in find_tickets(text)}
    if actor.may("customers.view") and (ids := found_by(actor, text)[:MOST_NAMED]):
        found |= {row.id: row for row in tickets_of_customer(ids, limit=MOST_NAMED)}
    if actor.may("orders.view"):
        for order_id in orders.order_ids_by_number([text.upper()]).values():
            found |= {row.id: row for row in tickets_of_order(order_id, limit=MOST_NAMED)}
    return list(found.values())[:MOST_NAMED]
