"""The audit log: every event, newest first."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.kernel import audit, events
from steward.modules.people import queries as people

PAGE_SIZE = 100


@needs("settings.audit")
def audit_log(request: StaffRequest) -> HttpResponse:
    """Show what happened, who did it and the facts, filtered by kind and by person."""
    kind, actor = request.GET.get("kind", ""), request.GET.get("actor", "")
    before = row_number(request.GET.get("before", ""))
    page = audit.page(kind=kind, actor=actor, before=before, limit=PAGE_SIZE)
    kinds = sorted(events.kinds())
    facts = {
        "page": page,
        "names": people.actor_names(row.actor for row in page.rows),
        "kind": kind,
        "chosen_actor": actor,
        "modules": sorted({name.partition(".")[0] for name in kinds}),
        "kinds": kinds,
        "people": people.staff_list(with_former=True),
    }
    return render(request, "console/settings/audit.html", facts)
