"""The live wall, what stands behind its tiles, quiet reading with advice, and what looks better than it was."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.desk.pane import pane_of
from steward.interfaces.console.desk.reasons import reasons_of
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands.whispering import whisper
from steward.modules.desk.queries import gaming, routing_wall, wall_words
from steward.modules.desk.queries import routing_words as words
from steward.modules.desk.queries.ticket import get_ticket, ticket_id

NEEDS = "tickets.supervise"
RANGES = (7, 30, 90)


@require_GET
@needs(NEEDS)
def desk_wall(request: StaffRequest) -> HttpResponse:
    """Show who is on duty with what, how long people wait, and what is at risk."""
    now = moment.now()
    wall = routing_wall.wall(at=now)
    facts = {
        "wall": wall,
        "tiles": [
            (code, label, wall.tiles[code], wall_words.TONES.get(code, "") if wall.tiles[code] else "", _list_url(code))
            for code, label in wall_words.TILES.items()
        ],
        "agents": [(one, _share(one.load, one.capacity), _list_url("active", one.staff_id)) for one in wall.agents],
        "there": sum(not one.standing for one in wall.agents),
        "presence": wall_words.PRESENCE,
        "unfit": words.UNFIT,
        "longest": _minutes(wall.waits_since, now),
        "half": None if wall.half_wait_s is None else wall.half_wait_s // 60,
    }
    return render(request, "console/desk/wall.html", facts)


def _list_url(tile: str, owner_id: int | None = None) -> str:
    asked = {"tile": tile} | ({"owner": owner_id} if owner_id is not None else {})
    return reverse("desk_wall_list") + "?" + urlencode(asked)


def _share(load: int, capacity: int) -> int:
    """Tell how full somebody is. Units: percent."""
    return min(100, load * 100 // capacity) if capacity else 0


def _minutes(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds() // 60))


@require_GET
@needs(NEEDS)
def desk_wall_list(request: StaffRequest) -> HttpResponse:
    """Show the tickets behind a tile, of one person where asked."""
    tile = request.GET.get("tile", "active")
    if tile not in wall_words.TILES:
        raise Http404
    owner_id = row_number(request.GET.get("owner", ""))
    rows = routing_wall.wall_tickets(tile, at=moment.now(), owner_id=owner_id)
    owner = rows[0].owner if rows and owner_id is not None else ""
    facts = {"label": wall_words.TILES[tile], "rows": rows, "owner": owner, "most": routing_wall.MOST_LISTED}
    return render(request, "console/desk/wall_list.html", facts)


@require_GET
@needs(NEEDS)
def desk_listen(request: StaffRequest, number: str) -> HttpResponse:
    """Show a conversation as it goes on, without being seen; advice goes to who works on it."""
    view = get_ticket(number)
    pane = pane_of(request, view, now=moment.now(), before=row_number(request.GET.get("before", "")))
    facts = {
        **pane,
        "ticket": view,
        "may_work": False,
        "assignments": reasons_of(view.id),
    }
    return render(request, "console/desk/listen.html", facts)


@require_POST
@needs(NEEDS)
def desk_whisper(request: StaffRequest, number: str) -> HttpResponse:
    """Advise who works on a ticket; the customer never sees it."""
    whisper(request.actor, ticket_id=ticket_id(number), text=typed(request, "text", 2_000), now=moment.now())
    return say(request, _("Your advice is there."), to=reverse("desk_listen", args=[number]))


@require_GET
@needs(NEEDS)
def desk_gaming(request: StaffRequest) -> HttpResponse:
    """Show what made figures look better than the work was."""
    now, asked = moment.now(), request.GET.get("days", "")
    days = int(asked) if asked in {str(one) for one in RANGES} else RANGES[1]
    kind = request.GET.get("kind", "")
    kind = kind if kind in gaming.KINDS else ""
    report = gaming.gaming_report(start=now - timedelta(days=days), end=now, kind=kind)
    facts = {
        "report": report,
        "kinds": [
            (code, label, wall_words.GAMING_HELP[code], report.by_kind[code])
            for code, label in wall_words.GAMING.items()
        ],
        "by_person": [
            (name, [(label, counts.get(code, 0)) for code, label in wall_words.GAMING.items()])
            for name, counts in report.by_person
        ],
        "labels": wall_words.GAMING,
        "kind": kind,
        "days": days,
        "ranges": RANGES,
    }
    return render(request, "console/desk/gaming.html", facts)
