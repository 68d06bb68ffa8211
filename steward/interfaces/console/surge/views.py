"""The load of the queues, what surge mode changed, and its switch."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.interfaces.console.surge.plans import editor
from steward.interfaces.console.templatetags.console import money_text
from steward.kernel import moment
from steward.modules.incidents import commands, queries
from steward.modules.incidents.rules import queueing
from steward.modules.incidents.rules.queueing import Load
from steward.modules.people import queries as people

PAST, STEPS, STEP_S = timedelta(hours=4), 24, 600
WIDE, HIGH, TOP = 480, 120, 12
WITHIN_S = 3_600


@require_GET
@needs("incidents.view")
def surge(request: StaffRequest) -> HttpResponse:
    """Show every watched queue with its load and forecast, what is on, the plans and what has been."""
    now, past = moment.now(), queries.surge_page()
    active = queries.active_surges()
    plans = queries.plans()
    names = people.actor_names([*(one.started_by for one in past), *(one.ended_by for one in past)])
    facts = {
        "queues": [_queue(queue, now) for queue in queries.SOURCES],
        "active": [(one, queries.changes_of(one.id, limit=20)) for one in active],
        "past": [one for one in past if one.state == "ended"],
        "names": names,
        "plans": [(one, editor(one)) for one in plans],
        "startable": [one for one in plans if one.queue not in {on.queue for on in active}],
        "blank": editor(None),
        "kinds": queries.KINDS,
        "may_surge": request.actor.may("incidents.surge"),
        "may_plan": request.actor.may("incidents.plans"),
    }
    return render(request, "console/surge/surge.html", facts)


def _queue(queue: str, now: datetime) -> dict[str, Any]:
    load, source = queries.load_of(queue, now=now), queries.SOURCES[queue]
    past = queries.samples_of(queue, since=now - PAST, until=now)
    ahead = queries.forecast(queue, load, now=now, steps=STEPS)
    name, query = source.url_query
    return {
        "code": queue,
        "label": source.label,
        "url": reverse(name) + (f"?{query}" if query else ""),
        "load": load,
        "busy": _percent(load),
        "drain": _span(queueing.drain_s(load)),
        "wait": _span(queueing.expected_wait_s(load)),
        "needed": queueing.people_needed(load, within_s=WITHIN_S),
        "chart": _chart(now, [(one.at, one.waiting) for one in past], load.waiting, ahead),
    }


def _percent(load: Load) -> int | None:
    share = queueing.utilisation(load)
    return round(share * 100) if math.isfinite(share) else None


def _span(seconds: float) -> str:
    """Write a length of time as people say it; what never ends says so."""
    if math.isinf(seconds):
        return _("never")
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return _("%(count)s min") % {"count": minutes}
    return _("%(count)s h") % {"count": round(minutes / 60, 1)}


def _chart(now: datetime, past: list[tuple[datetime, int]], waiting: int, ahead: Any) -> dict[str, Any]:
    """Lay out how many waited in the last hours and how many are foretold, as two lines of one drawing."""
    most = max([waiting, *(count for _at, count in past), *ahead, 1])
    middle = WIDE / 2

    def point(offset_s: float, count: float) -> str:
        x = middle + offset_s / PAST.total_seconds() * middle
        return f"{x:.0f},{TOP + (HIGH - TOP) * (1 - count / most):.1f}"

    behind = [point((at - now).total_seconds(), count) for at, count in past]
    before = [point(0, waiting), *(point((n + 1) * STEP_S, count) for n, count in enumerate(ahead))]
    return {
        "behind": " ".join([*behind, point(0, waiting)]),
        "ahead": " ".join(before),
        "most": round(most),
        "wide": WIDE,
        "high": HIGH,
        "middle": round(middle),
        "base": HIGH + 16,
    }


@require_GET
@needs("incidents.view")
def surge_one(request: StaffRequest, surge_id: int) -> HttpResponse:
    """Show one surge with everything it changed."""
    found = queries.surge(surge_id)
    facts = {
        "one": found,
        "changes": [(change, _words(change)) for change in queries.changes_of(surge_id)],
        "names": people.actor_names([found.started_by, found.ended_by]),
        "kinds": queries.KINDS,
        "may_surge": request.actor.may("incidents.surge"),
    }
    return render(request, "console/surge/one.html", facts)


def _words(change: queries.ChangeView) -> str:
    """Say what was before and is since, in the reader's words."""
    if change.kind != "raise_limits":
        return ""
    pairs = [
        f"{money_text(change.before[currency], currency)} → {money_text(limit, currency)}"
        for currency, limit in change.after.items()
    ]
    return " · ".join(pairs)


@require_POST
@needs("incidents.surge")
def surge_start(request: StaffRequest) -> HttpResponse:
    """Switch a plan on."""
    code, reason = request.POST.get("plan", ""), request.POST.get("reason", "")[:400]
    commands.start_surge(request.actor, plan_code=code, reason=reason, now=moment.now())
    return say(request, _("Surge mode is on."), to=reverse("surge"))


@require_POST
@needs("incidents.surge")
def surge_end(request: StaffRequest, surge_id: int) -> HttpResponse:
    """End a surge; what it changed is undone."""
    commands.end_surge(request.actor, surge_id=surge_id, reason=request.POST.get("reason", "")[:400], now=moment.now())
    return say(request, _("Surge mode is over; what it had changed is as before."), to=reverse("surge"))
