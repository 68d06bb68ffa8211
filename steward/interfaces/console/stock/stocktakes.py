"""Stocktakes for who leads them: the list, the plan, one with its differences, and what is done about these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import moment
from steward.modules.approvals import queries as approvals
from steward.modules.inventory import queries as stock
from steward.modules.inventory.commands import stocktake_deciding, stocktake_giving, stocktake_planning
from steward.modules.inventory.queries import stocktake_places as places
from steward.modules.inventory.queries import stocktakes as queries
from steward.modules.inventory.queries import words
from steward.modules.inventory.rules import accuracy
from steward.modules.inventory.rules.sheets import CLASSES
from steward.modules.inventory.rules.stocktaking import LIVE
from steward.modules.people import queries as people

PAGE = 50
PERSON = "person:"
LEAD = "stock.stocktake"
COUNT = "stock.count"
QUEUES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "": (pgettext_lazy("stocktakes", "Under way"), LIVE),
    "ended": (pgettext_lazy("stocktakes", "Ended"), ("done", "cancelled")),
}


@require_GET
@needs("stock.view")
def stocktakes(request: StaffRequest) -> HttpResponse:
    """Show stocktakes, newest first, and above them the sheets the person may count."""
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else ""
    before = row_number(request.GET.get("before", ""))
    rows = queries.stocktakes_page(request.actor, states=QUEUES[queue][1], before=before, limit=PAGE + 1)
    older = "?" + urlencode({"queue": queue, "before": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    names = people.actor_names({row.created_by for row in rows})
    today = stock.local_day(moment.now())
    facts = {
        "queue": queue,
        "chips": [(code, label, code == queue) for code, (label, _states) in QUEUES.items()],
        "rows": [(row, names.get(row.created_by, row.created_by), row.is_late(today)) for row in rows[:PAGE]],
        "sheets": queries.sheets_to_count(request.actor) if request.actor.may(COUNT) else [],
        "older_url": older,
        "may_plan": request.actor.may(LEAD),
    }
    return render(request, "console/stock/stocktakes.html", facts)


@require_http_methods(["GET", "POST"])
@needs(LEAD)
def stocktake_new(request: StaffRequest) -> HttpResponse:
    """Plan a stocktake."""
    if request.method == "POST":
        draft = stocktake_planning.StocktakeDraft(
            request.POST.get("warehouse", ""),
            zones=request.POST.getlist("zones"),
            classes=request.POST.getlist("classes"),
            counters=row_numbers(request.POST.getlist("counters")),
            due_date=forms.day(request.POST, "due_date"),
            note=request.POST.get("note", ""),
        )
        number = stocktake_planning.plan_stocktake(request.actor, draft=draft, now=moment.now())
        text = _("%(number)s is planned. Who counts has been told.") % {"number": number}
        return say(request, text, to=reverse("stocktake", args=[number]))
    known = stock.warehouses()
    chosen = request.GET.get("warehouse", "")
    chosen = chosen if chosen in dict(known) else (known[0][0] if known else "")
    facts = {
        "warehouses": known,
        "chosen": chosen,
        "zones": [
            (code, words.STORAGE.get(storage, storage), purpose)
            for code, storage, purpose in places.countable_zones().get(chosen, [])
        ],
        "classes": CLASSES,
        "counters": _counters(),
        "days": places.class_days(),
    }
    return render(request, "console/stock/stocktake_new.html", facts)


def _counters(without: Iterable[str] = ()) -> list[tuple[int, str]]:
    """List who may count: staff id and name."""
    able = {*people.staff_with_permission(COUNT), *people.staff_with_permission("*")}
    names = people.actor_names({f"{PERSON}{id_}" for id_ in able} - set(without))
    found = [(int(actor.removeprefix(PERSON)), name) for actor, name in names.items()]
    return sorted(found, key=lambda one: one[1])


@require_GET
@needs("stock.view")
def stocktake(request: StaffRequest, number: str) -> HttpResponse:
    """Show one stocktake: how far it is, then what differs, who agreed, and how right the books were."""
    view = queries.stocktake(request.actor, number)
    actors = {view.created_by, *(sheet.counter for sheet in view.sheets), *view.accuracy.counters}
    actors |= {by for line in view.differing for by, _units in line.found}
    names = people.actor_names({one for one in actors if one})
    lead = request.actor.may(LEAD)
    approval = approvals.approval(view.approval_id) if view.approval_id else None
    today = stock.local_day(moment.now())
    facts = {
        "take": view,
        "by": names.get(view.created_by, view.created_by),
        "is_late": view.state == "counting" and view.due_date is not None and view.due_date < today,
        "sheets": [(sheet, names.get(sheet.counter, sheet.counter)) for sheet in view.sheets],
        "lines": [_line(line, names) for line in view.differing],
        "accuracy": _accuracy(view, names) if view.counted else [],
        "accuracy_line": _percent(view.accuracy.whole.line_share),
        "accuracy_value": _percent(view.accuracy.whole.value_share),
        "zone_heading": _("Zone"),
        "approval": approval,
        "may_decide": approval is not None and approvals.may_decide(request.actor, approval, now=moment.now()) == "",
        "may_cancel": lead and view.state in ("counting", "comparing", "awaiting_approval"),
        "may_compare": lead and view.state == "comparing",
        "counters": _counters({request.actor.id}) if lead and view.differing and view.state == "comparing" else [],
        "givable": _counters() if lead and view.state == "counting" else [],
        "is_open": view.state in LIVE,
        "unbooked": sum(line.booked is not None and line.booked != line.difference for line in view.differing),
    }
    return render(request, "console/stock/stocktake.html", facts)


def _line(line: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """Lay a difference out: who found what, and what the words for its condition are."""
    return {
        "line": line,
        "found": [(names.get(by, by), f"{units:+d}") for by, units in line.found],
        "difference": f"{line.difference:+d}",
        "condition": words.CONDITIONS[line.condition] if line.condition != "sellable" else "",
        "is_partly": line.booked is not None and line.booked != line.difference,
    }


def _accuracy(view: queries.StocktakeView, names: Mapping[str, str]) -> list[tuple[Any, list[tuple[str, Any]]]]:
    """Lay the accuracy figures out: heading, rows of name and figures."""
    people_named = {names.get(by, by): one for by, one in view.accuracy.counters.items()}
    found = view.accuracy
    return [
        (_("Zone"), [(zone or "–", _shares(one)) for zone, one in found.zones.items()]),
        (pgettext_lazy("goods", "Class"), [(name, _shares(one)) for name, one in found.classes.items()]),
        (_("Counted by"), [(name, _shares(one)) for name, one in people_named.items()]),
    ]


def _shares(one: accuracy.Accuracy) -> dict[str, Any]:
    return {
        "right": one.right,
        "lines": one.lines,
        "line": _percent(one.line_share),
        "value": _percent(one.value_share),
    }


def _percent(share: float | None) -> str:
    """Write a share, rounded down: what is not all right never reads 100 %."""
    return "–" if share is None else f"{floor(share * 1_000) / 10:.1f}%"


@require_POST
@needs(LEAD)
def stocktake_recount(request: StaffRequest, number: str) -> HttpResponse:
    """Send other people to count again what differs."""
    counters = row_numbers(request.POST.getlist("counters"))
    lines = stocktake_planning.plan_recount(request.actor, number=number, counters=counters, now=moment.now())
    text = ngettext(
        "%(count)s place is counted again by somebody else.", "%(count)s places are counted again by others.", lines
    ) % {"count": lines}
    return say(request, text, to=reverse("stocktake", args=[number]))


@require_POST
@needs(LEAD)
def sheet_give(request: StaffRequest, sheet_id: int) -> HttpResponse:
    """Give a sheet to somebody else, who begins anew."""
    staff_id = row_number(request.POST.get("counter", "")) or 0
    stocktake_giving.give_sheet(request.actor, sheet_id=sheet_id, staff_id=staff_id, now=moment.now())
    return say(request, _("The sheet is somebody else's now; they begin anew."))


@require_POST
@needs(LEAD)
def stocktake_submit(request: StaffRequest, number: str) -> HttpResponse:
    """Ask somebody else to agree to the differences."""
    state = stocktake_deciding.submit_stocktake(request.actor, number=number, now=moment.now())
    asked = state == "awaiting_approval"
    text = _("Somebody else is asked to agree.") if asked else _("Nobody has to agree; it is booked at once.")
    return say(request, text, to=reverse("stocktake", args=[number]))


@require_POST
@needs(LEAD)
def stocktake_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Call a stocktake off."""
    reason = request.POST.get("reason", "")
    stocktake_deciding.cancel_stocktake(request.actor, number=number, reason=reason, now=moment.now())
    return say(request, _("%(number)s is called off.") % {"number": number}, to=reverse("stocktake", args=[number]))
