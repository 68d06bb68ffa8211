"""The queue of exceptions, and the page of one."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.orders.forms import address_with
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.orders import queries as orders
from steward.modules.orders.queries import exception_words as said
from steward.modules.orders.queries import exceptions as queries
from steward.modules.orders.queries import words
from steward.modules.orders.rules import detectors
from steward.modules.people import queries as people

PAGE = 100
SEVERITY_TONES = {"urgent": "red", "high": "amber", "normal": "grey"}


@require_GET
@needs("orders.exceptions")
def exceptions(request: StaffRequest) -> HttpResponse:
    """Show the queue, what is due next first; what has ended newest first."""
    filters = _filters(request.GET, request.actor.staff_id)
    rows, after = queries.exceptions_page(filters, after=row_number(request.GET.get("after", "")), limit=PAGE)
    owners = people.actor_names([f"person:{row.owner_id}" for row in rows if row.owner_id])
    counts = queries.exception_counts(request.actor.staff_id)
    whose = request.GET.get("whose", "")
    facts = {
        "rows": [(row, owners.get(f"person:{row.owner_id}", ""), SEVERITY_TONES[row.severity]) for row in rows],
        "older_url": address_with(request.GET, after=after) if after else "",
        "queues": [
            ("", _("All open"), counts["open"], whose == "" and filters.state == "open"),
            ("me", _("Mine"), counts.get("mine", 0), whose == "me"),
            ("nobody", _("Nobody's"), counts["nobody"], whose == "nobody"),
        ],
        "whose": whose,
        "filters": filters,
        "detectors": list(said.DETECTORS.items()),
        "states": [("open", _("Open and in work")), *list(said.STATES.items())[2:], ("muted", said.STATES["muted"])],
        "causes": grouped_causes(),
        "severities": said.SEVERITIES,
        "is_narrowed": bool(set(request.GET) - {"whose", "after"}),
    }
    return render(request, "console/exceptions/desk.html", facts)


def _filters(given: QueryDict, staff_id: int | None) -> queries.ExceptionFilters:
    state = given.get("state", "open")
    whose = given.get("whose", "")
    return queries.ExceptionFilters(
        state="" if state == "any" else state if state in ("open", *detectors.STATES) else "open",
        detector=given.get("detector", "") if given.get("detector") in detectors.CODES else "",
        cause=given.get("cause", "")[:50],
        severity=given.get("severity", "") if given.get("severity") in detectors.SEVERITIES else "",
        owner_id={"me": staff_id or 0, "nobody": 0}.get(whose),
        mute_id=row_number(given.get("mute", "")),
        opened_from=_midnight(given.get("from", "")),
        opened_to=_midnight(given.get("to", "")),
    )


def _midnight(text: str) -> datetime | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone()) if day else None


def grouped_causes() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """List causes for a choice: group, its name, and the causes in it."""
    by_group = groupby(queries.causes(), key=lambda one: (one.group, one.group_label))
    return [(code, label, [(one.code, one.label) for one in inside]) for (code, label), inside in by_group]


@require_GET
@needs("orders.exceptions")
def exception(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Show one exception: what was seen, what to do, what has been done, the order it is about."""
    detail = queries.exception_detail(exception_id)
    row = detail.row
    order = orders.order_detail(row.order_id) if row.order_id and request.actor.may("orders.view") else None
    people_named = {note.actor for note in detail.notes} | {f"person:{row.owner_id}"}
    names = people.actor_names(people_named)
    causes = {one.code: one for one in queries.causes(with_former=True)}
    colleagues = people.staff_contact(people.staff_with_permission("orders.exceptions"))
    facts = {
        "detail": detail,
        "row": row,
        "order": order.order if order else None,
        "order_lines": order.lines if order else [],
        "owner": names.get(f"person:{row.owner_id}", "") if row.owner_id else "",
        "notes": [(note, names.get(note.actor, note.actor), _note_text(note, causes)) for note in detail.notes],
        "cause": causes.get(row.cause),
        "causes": grouped_causes(),
        "outcomes": [(code, said.OUTCOMES[code]) for code in detectors.SOLVED_AS],
        "severity_tone": SEVERITY_TONES[row.severity],
        "severity": said.SEVERITIES[row.severity],
        "is_open": row.state in ("open", "in_work"),
        "is_mine": row.owner_id is not None and row.owner_id == request.actor.staff_id,
        "may_reopen": detectors.can(row.state, "reopen"),
        "mutable": _mutable(request, row),
        "colleagues": sorted(colleagues.values(), key=lambda one: one.name),
        "clock_label": words.word(CLOCKS, "exception_solve"),
    }
    return render(request, "console/exceptions/exception.html", facts)


def _note_text(note: queries.NoteView, causes: dict[str, queries.CauseView]) -> str:
    if note.what == "caused" and note.text in causes:
        return causes[note.text].label
    return note.text


def _mutable(request: StaffRequest, row: queries.ExceptionRow) -> list[tuple[str, Any]]:
    """List the facts by which likes of this one can be muted, where the person may."""
    if not request.actor.may("orders.exception_rules"):
        return []
    return [(name, said.fact_words(name, value)) for name, value in queries.mutable_facts(row.facts).items()]
