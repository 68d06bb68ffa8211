"""Saved views: the list with their order, the editor, and sharing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.desk.conditions import choices, flags, read_conditions
from steward.interfaces.console.desk.going_back import typed
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.desk.commands import views as commands
from steward.modules.desk.queries.views import View, get_view, view_counts, views_of
from steward.modules.desk.rules.views import COLUMNS, LONGEST_NAME, SORTS, Conditions, narrowed, of_queue
from steward.modules.people import queries as people

NEEDS = "tickets.view"
SORT_WORDS = {
    "due": gettext_lazy("What is due next first"),
    "heard": gettext_lazy("Newest word first"),
    "opened": gettext_lazy("Newest ticket first"),
}
COLUMN_WORDS = {
    "category": gettext_lazy("Category"),
    "team": gettext_lazy("Team"),
    "tags": gettext_lazy("Tags"),
    "language": gettext_lazy("Language"),
    "order": gettext_lazy("Order"),
    "opened": pgettext_lazy("ticket", "Opened"),
    "number": gettext_lazy("Number"),
}
SHARED_WORDS = {
    "": pgettext_lazy("saved view", "Only me"),
    "team": pgettext_lazy("saved view", "A team"),
    "all": pgettext_lazy("saved view", "Everybody"),
}


@require_GET
@needs(NEEDS)
def desk_views(request: StaffRequest) -> HttpResponse:
    """List the views of a person, and show the editor of one, filled with the filters they came with."""
    staff_id = request.actor.staff_id
    views = views_of(staff_id)
    counts = view_counts(views, staff_id=staff_id, now=moment.now())
    asked = row_number(request.GET.get("id", ""))
    chosen = get_view(asked, staff_id) if asked is not None else None
    facts: dict[str, Any] = {
        "views": [(view, SHARED_WORDS[view.shared], counts[view.id], _may_change(request, view)) for view in views],
        "is_edited": chosen is not None or "new" in request.GET,
        "may_share": request.actor.may(commands.SHARES),
    }
    if facts["is_edited"]:
        facts |= _editor(request, chosen)
    return render(request, "console/desk/views.html", facts)


def _may_change(request: StaffRequest, view: View) -> bool:
    return view.mine or request.actor.may(commands.SHARES)


def _editor(request: StaffRequest, chosen: View | None) -> dict[str, Any]:
    conditions = chosen.conditions if chosen else _asked(request)
    shown = chosen.columns if chosen else ()
    sort = chosen.sort if chosen else "heard" if conditions.ends else "due"
    return {
        "chosen": chosen,
        "fields": choices(conditions, whole=True),
        "flags": flags(conditions),
        "conditions": conditions,
        "tags": ", ".join(conditions.tags),
        "sorts": [(code, SORT_WORDS[code], code == sort) for code in SORTS],
        "columns": [(code, COLUMN_WORDS[code], code in shown) for code in COLUMNS],
        "shares": [
            (code, label, chosen.shared == code if chosen else not code) for code, label in SHARED_WORDS.items()
        ],
        "teams": [(team.code, team.name) for team in people.teams()],
        "longest_name": LONGEST_NAME,
    }


def _asked(request: StaffRequest) -> Conditions:
    """Take over the queue and the filters somebody came with."""
    return narrowed(of_queue(request.GET.get("queue", "")), read_conditions(request.GET))


@require_POST
@needs(NEEDS)
def desk_view_save(request: StaffRequest) -> HttpResponse:
    """Save a view, and show the inbox with it."""
    draft = commands.ViewDraft(
        name=typed(request, "name", LONGEST_NAME),
        conditions=read_conditions(request.POST),
        sort=typed(request, "sort", 8),
        columns=tuple(code for code in request.POST.getlist("columns") if code in COLUMNS),
        shared=typed(request, "shared", 4),
        team=typed(request, "team", 50),
    )
    view_id = row_number(request.POST.get("id", ""))
    saved = commands.save_view(request.actor, draft=draft, now=moment.now(), view_id=view_id)
    return say(request, _("The view is saved."), to=f"{reverse('desk_inbox')}?{urlencode({'view': saved})}")


@require_POST
@needs(NEEDS)
def desk_view_remove(request: StaffRequest, view_id: int) -> HttpResponse:
    """Remove a view."""
    commands.remove_view(request.actor, view_id=view_id)
    return say(request, _("The view is removed."), to=reverse("desk_views"))


@require_POST
@needs(NEEDS)
def desk_view_move(request: StaffRequest, view_id: int) -> HttpResponse:
    """Move a view up or down in one's own list."""
    ids = [view.id for view in views_of(request.actor.staff_id)]
    if view_id in ids:
        at = ids.index(view_id)
        ids.insert(max(0, at - 1 if request.POST.get("to") == "up" else at + 1), ids.pop(at))
        commands.arrange_views(request.actor, view_ids=ids)
    return say(request, _("The order is saved."), to=reverse("desk_views"))


@require_POST
@needs(NEEDS)
def desk_view_default(request: StaffRequest, view_id: int) -> HttpResponse:
    """Let one's inbox open with a view, or no more."""
    wanted = view_id if request.POST.get("on") == "1" else None
    commands.open_with_view(request.actor, view_id=wanted)
    return say(request, _("Saved."), to=reverse("desk_views"))
