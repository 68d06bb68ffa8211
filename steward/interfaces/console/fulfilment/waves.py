"""Waves: plan one, compare it with one by one, carry it out or discard it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.fulfilment.ordering import explained
from steward.interfaces.console.notices import say
from steward.interfaces.console.orders.forms import address_with
from steward.kernel import moment
from steward.modules.fulfilment.commands import wave_deciding as deciding
from steward.modules.fulfilment.commands import waves as commands
from steward.modules.fulfilment.queries import waves as queries
from steward.modules.fulfilment.queries import words
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.orders.queries.allocating import orders_awaiting_allocation
from steward.modules.people import queries as people

DO = "fulfilment.allocate"
PAGE = 50
USUAL_S = 60
# What both modes are compared by: name, label, kind, whether less is better.
COMPARED = (
    ("served", gettext_lazy("Orders served"), "count", False),
    ("shipments", gettext_lazy("Shipments"), "count", True),
    ("splits", gettext_lazy("Further shipments of an order"), "count", True),
    ("cost_minor", gettext_lazy("Cost"), "money", True),
    ("km", gettext_lazy("Way per shipment (km)"), "number", True),
    ("days", gettext_lazy("Days to delivery"), "number", True),
    ("late_share", gettext_lazy("Late against the promise"), "share", True),
)


@require_GET
@needs("fulfilment.view")
def waves(request: StaffRequest) -> HttpResponse:
    """List waves, and offer to plan one over the orders that wait."""
    rows = queries.waves(after=row_number(request.GET.get("after", "")), limit=PAGE + 1)
    facts = {
        "rows": [(one, words.WAVE_STATES[one.state], words.WAVE_TONES[one.state]) for one in rows[:PAGE]],
        "older_url": address_with(request.GET, after=rows[PAGE - 1].id) if len(rows) > PAGE else "",
        "names": people.actor_names({one.requested_by for one in rows}),
        "waiting": len(orders_awaiting_allocation(pool="main", limit=commands.MOST_ORDERS)),
        "at_once": policy_in_force().weights.at_once,
        "usual_s": USUAL_S,
        "may_do": request.actor.may(DO),
    }
    return render(request, "console/fulfilment/waves.html", facts)


@require_POST
@needs(DO)
def wave_start(request: StaffRequest) -> HttpResponse:
    """Ask for a wave over all orders that wait; a worker plans it."""
    number = commands.request_wave(
        request.actor,
        now=moment.now(),
        method=request.POST.get("method", "splits"),
        seconds=row_number(request.POST.get("seconds", "")) or USUAL_S,
    )
    return say(request, _("The wave is planned in the background."), to=reverse("wave", args=[number]))


@require_GET
@needs("fulfilment.view")
def wave(request: StaffRequest, number: str) -> HttpResponse:
    """Show a wave: both modes side by side, and every order with its costs and why."""
    one = queries.get_wave(number)
    outcome = request.GET.get("outcome", "")
    rows = queries.orders_of_wave(
        one.id,
        outcome=outcome if outcome in words.OUTCOMES else "",
        after=row_number(request.GET.get("after", "")) or 0,
        limit=PAGE + 1,
    )
    counts = queries.outcomes_of_wave(one.id)
    facts = {
        "wave": one,
        "state": words.WAVE_STATES[one.state],
        "tone": words.WAVE_TONES[one.state],
        "method": words.MODES.get(one.method, ""),
        "wanted": words.MODES[one.wanted_method],
        "compared": [_compared(one, *row) for row in COMPARED] if one.after else [],
        "rows": [
            (row, explained(row.why), words.OUTCOMES[row.outcome], words.OUTCOME_TONES[row.outcome])
            for row in rows[:PAGE]
        ],
        "older_url": address_with(request.GET, after=rows[PAGE - 1].id) if len(rows) > PAGE else "",
        "outcomes": [(code, words.OUTCOMES[code], count) for code, count in sorted(counts.items())],
        "outcome": outcome,
        "orders": sum(counts.values()),
        "requested_by": people.actor_names({one.requested_by}).get(one.requested_by, one.requested_by),
        "decided_by": people.actor_names({one.decided_by}).get(one.decided_by, one.decided_by),
        "may_do": request.actor.may(DO),
        "may_discard": request.actor.may(DO) and queries.may_be_discarded(one.state, counts),
    }
    return render(request, "console/fulfilment/wave.html", facts)


def _compared(one: queries.WaveView, name: str, label: Any, kind: str, less_is_better: bool) -> dict[str, Any]:
    before, after = one.before.get(name, 0), one.after.get(name, 0)
    better = after < before if less_is_better else after > before
    return {
        "label": label,
        "kind": kind,
        "before": before,
        "after": after,
        "tone": "" if before == after else "text-success" if better else "text-danger",
    }


@require_POST
@needs(DO)
def wave_apply(request: StaffRequest, number: str) -> HttpResponse:
    """Carry a wave out; what does not fit any more is reported."""
    done = deciding.apply_wave(request.actor, number=number, now=moment.now())
    text = _("%(applied)s orders have their goods; for %(changed)s stock had moved meanwhile.") % {
        "applied": done.applied,
        "changed": done.changed,
    }
    return say(request, text, to=reverse("wave", args=[number]))


@require_POST
@needs(DO)
def wave_discard(request: StaffRequest, number: str) -> HttpResponse:
    """Throw a wave away."""
    deciding.discard_wave(request.actor, number=number, reason=request.POST.get("reason", ""), now=moment.now())
    return say(request, _("The wave is discarded; nothing was set aside."), to=reverse("wave", args=[number]))
