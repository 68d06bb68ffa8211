"""The queue of repairs, and the page of one: what stands, whose turn it is, and the steps."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import get_language, pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.repairs.steps import steps_of
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.deadlines.queries import next_clocks
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.queries.carriers import carriers
from steward.modules.messaging.queries.attachments import attachments, file_link
from steward.modules.people import queries as people
from steward.modules.people.queries import stations
from steward.modules.returns.queries import repair_words as words
from steward.modules.returns.queries import repairs as queries
from steward.modules.returns.queries.repair_views import RepairRow, RepairView
from steward.modules.returns.queries.technicians import qualified
from steward.modules.returns.rules import repair as rules

PAGE = 50
SUBJECT = "repair"
DAYS = 7
MOST_SLOTS = 40
QUEUES: dict[str, Any] = {
    "": pgettext_lazy("repairs", "All"),
    "expected": pgettext_lazy("repairs", "Expected"),
    "diagnose": pgettext_lazy("repairs", "To diagnose"),
    "decide": pgettext_lazy("repairs", "To decide"),
    "customer": pgettext_lazy("repairs", "With the customer"),
    "parts": pgettext_lazy("repairs", "Wait for parts"),
    "work": pgettext_lazy("repairs", "In work"),
    "back": pgettext_lazy("repairs", "Go back"),
    "loaners": pgettext_lazy("repairs", "Loaner overdue"),
    "mine": pgettext_lazy("repairs", "Mine"),
}


@require_GET
@needs("returns.view")
def repairs(request: StaffRequest) -> HttpResponse:
    """Show repairs, newest first, narrowed by queue and text."""
    now = moment.now()
    queue = request.GET.get("queue", "")
    queue = queue if queue in QUEUES else ""
    text = request.GET.get("q", "").strip()[:80]
    filters = queries.RepairFilters(
        queue=queue if queue != "mine" else "",
        technician_id=request.actor.staff_id if queue == "mine" else None,
        shops=request.actor.scopes,
        text=text,
    )
    before = row_number(request.GET.get("after", ""))
    rows = queries.repairs_page(filters, now=now, before_id=before, limit=PAGE + 1)
    counts = queries.repair_counts(now=now, shops=request.actor.scopes)
    clocks = next_clocks(SUBJECT, [row.id for row in rows])
    names = _names({row.technician_id for row in rows})
    older = urlencode({"queue": queue, "q": text, "after": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    facts = {
        "rows": [
            (
                row,
                name_of(row),
                clocks.get(row.id),
                names.get(row.technician_id or 0, ""),
                words.COVERAGES[row.coverage],
            )
            for row in rows[:PAGE]
        ],
        "chips": [(code, label, code == queue, counts.get(code, 0)) for code, label in QUEUES.items()],
        "text": text,
        "queue": queue,
        "older_url": f"?{older}" if older else "",
    }
    return render(request, "console/repairs/list.html", facts)


@require_GET
@needs("returns.view")
def repair(request: StaffRequest, number: str) -> HttpResponse:
    """Show one repair: goods and warranty, work, parts, money, visits, and every step with what it does."""
    view = queries.repair(number, shops=request.actor.scopes)
    station = request.GET.get("station", "")[:50]
    return render(request, "console/repairs/repair.html", facts_of(request.actor, view, station=station))


def facts_of(actor: Actor, view: RepairView, *, station: str = "") -> dict[str, Any]:
    """Collect what the page of a repair shows."""
    now = moment.now()
    language = get_language() or "zh-hans"
    able, skill = qualified(view.row.category)
    people_of = {view.row.technician_id, *(one.technician_id for one in view.visits), *able}
    names = _names(people_of)
    files = attachments([id_ for one in view.work for id_ in one.attachments])
    links = {one.id: (one, file_link(one.id, now=now)) for one in files if one.can_be_opened}
    places = inventory.warehouses()
    return {
        "view": view,
        "row": view.row,
        "name": name_of(view.row),
        "coverage": words.COVERAGES[view.row.coverage],
        "fault": words.FAULTS.get(view.fault, ""),
        "cause": words.CAUSES.get(view.cause, ""),
        "result": words.RESULTS.get(view.row.result, ""),
        "clock": next_clocks(SUBJECT, [view.row.id]).get(view.row.id),
        "steps": {one.code: one for one in steps_of(actor, view)},
        "technician": names.get(view.row.technician_id or 0, ""),
        "technicians": [(id_, names.get(id_, str(id_))) for id_ in able],
        "skill": skill,
        "faults": list(words.FAULTS.items()),
        "causes": list(words.CAUSES.items()),
        "grades": rules.GRADES,
        "work": [(one, [links[id_] for id_ in one.attachments if id_ in links]) for one in view.work],
        "quotes": [(one, [(words.line_words(line, language), line) for line in one.lines]) for one in view.quotes],
        "visits": [(one, names.get(one.technician_id or 0, "")) for one in view.visits],
        "warehouses": places,
        "warehouse_names": dict(places),
        "back_carrier": next((one.name for one in carriers() if one.code == view.back_carrier), view.back_carrier),
        "set_aside": [one for one in view.parts if one.state == "set_aside"],
        **_times(station, now),
    }


def _times(code: str, now: datetime) -> dict[str, Any]:
    """List the stations that repair, and the free times of the chosen one."""
    places = [one for one in stations.stations() if "repair" in one.services]
    chosen = next((one for one in places if one.code == code), None)
    slots = []
    if chosen is not None:
        first = now.astimezone(ZoneInfo(chosen.zone)).date()
        slots = stations.free_slots([chosen], service="repair", first=first, days=DAYS, now=now)[:MOST_SLOTS]
    return {"stations": places, "station": chosen, "slots": slots}


def name_of(row: RepairRow) -> str:
    """Name the goods in the reader's language."""
    is_english = (get_language() or "").startswith("en")
    return (row.name_en if is_english else row.name_zh) or row.name_zh or row.sku


def _names(staff_ids: set[int | None]) -> dict[int, str]:
    """Name people by id."""
    wanted = [id_ for id_ in staff_ids if id_]
    return {id_: one.name for id_, one in people.staff_contact(wanted).items()} if wanted else {}
