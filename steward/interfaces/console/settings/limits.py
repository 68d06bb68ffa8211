"""Time limits: how long each step may take, changed by a manager."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from steward.interfaces.console import spans
from steward.interfaces.console.access import StaffRequest, needs
from steward.modules.deadlines import commands, queries
from steward.modules.orders.queries import words
from steward.modules.people import queries as people

CHANGE = "settings.policies"
SUBJECTS: dict[str, Any] = {
    "order": pgettext_lazy("subject", "Orders"),
    "ticket": pgettext_lazy("subject", "Tickets"),
    "return": pgettext_lazy("subject", "Returns"),
    "complaint": pgettext_lazy("subject", "Complaints"),
    "incident": pgettext_lazy("subject", "Emergencies"),
    "call": pgettext_lazy("subject", "Calls"),
}
CLOCKS: dict[str, Any] = {
    **words.CLOCKS,
    "first_reply": pgettext_lazy("clock", "First reply"),
    "preliminary_solution": pgettext_lazy("clock", "Preliminary solution (urgent)"),
    "substantive_reply": pgettext_lazy("clock", "Substantive reply"),
    "solution": pgettext_lazy("clock", "Solution (urgent)"),
    "solution_non_urgent": pgettext_lazy("clock", "Solution (not urgent)"),
    "special_substantive_reply": pgettext_lazy("clock", "Substantive reply (special case)"),
    "special_solution": pgettext_lazy("clock", "Solution (special case)"),
    "inspection_decision": pgettext_lazy("clock", "Inspected and decided"),
    "complaint_registered": pgettext_lazy("clock", "Registered"),
    "complaint_solved": pgettext_lazy("clock", "Solved"),
    "emergency_plan": pgettext_lazy("clock", "Plan made"),
    "report_to_customer": pgettext_lazy("clock", "Reported to the customer"),
    "phone_answered": pgettext_lazy("clock", "Phone answered"),
}
UNITS_S = {"s": 1, "min": spans.MINUTE, "h": spans.HOUR, "d": spans.DAY}


@needs(CHANGE)
def time_limits(request: StaffRequest) -> HttpResponse:
    """List the time limits in force, each with a field to change it."""
    roles = people.role_labels() | {"customer": words.word(words.ROLES, "customer")}
    rows = [
        {
            "limit": limit,
            "subject": SUBJECTS.get(limit.subject_kind, limit.subject_kind),
            "label": words.word(CLOCKS, limit.clock_kind),
            "role": roles.get(limit.responsible_role, limit.responsible_role),
            "amount": amount,
            "unit": unit,
        }
        for limit in queries.time_limits()
        for amount, unit in [in_largest_unit(limit.target_s)]
    ]
    names = people.actor_names(row["limit"].set_by for row in rows)
    units = {"s": _("seconds"), "min": _("minutes"), "h": _("hours"), "d": _("days")}
    return render(request, "console/settings/limits.html", {"rows": rows, "names": names, "units": units})


def in_largest_unit(seconds: int) -> tuple[int, str]:
    """Write a span as a whole number of its largest unit: 5400 s are 90 min."""
    unit = next(name for name in ("h", "min", "s") if seconds % UNITS_S[name] == 0)
    return seconds // UNITS_S[unit], unit


@require_POST
@needs(CHANGE)
def time_limit_change(request: StaffRequest, policy_id: int) -> HttpResponse:
    """Put another limit in force."""
    amount, unit = request.POST.get("amount", ""), request.POST.get("unit", "")
    seconds = int(amount) * UNITS_S.get(unit, 0) if amount.isascii() and amount.isdigit() and len(amount) < 10 else 0
    commands.set_time_limit(request.actor, policy_id=policy_id, target_s=seconds)
    messages.success(request, _("Saved. It counts for what starts from now on."))
    return redirect("time_limits")
