"""Causes by share, weeks in a row, and why audits were late: every bar opens the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.spans import span
from steward.kernel import moment
from steward.modules.orders.queries import exception_figures as figures
from steward.modules.orders.rules.process import LATE_CAUSES
from steward.modules.people import queries as people

HIGHEST, WIDE = 96, 60
LATE_DAYS = 56


@require_GET
@needs("orders.exceptions")
def exception_causes(request: StaffRequest) -> HttpResponse:
    """Show the causes of the last 8 weeks by share, the kinds, and the weeks."""
    by_group = request.GET.get("by") == "group"
    zone = timezone.get_current_timezone_name()
    found = figures.exception_figures(now=moment.now(), time_zone=zone, by_group=by_group)
    facts = {
        "found": found,
        "by_group": by_group,
        "causes": [_bar(found, bar, "cause") for bar in found.by_cause],
        "kinds": [_bar(found, bar, "detector") for bar in found.by_detector],
        "weeks": _weeks(found.weeks),
        "total": sum(week.opened for week in found.weeks),
        "chart_width": WIDE * len(found.weeks),
        "chart_height": HIGHEST + 40,
        "baseline": HIGHEST + 18,
    }
    return render(request, "console/exceptions/causes.html", facts)


def _bar(found: figures.Figures, bar: figures.Bar, field: str) -> dict[str, Any]:
    span_of = {"from": str(found.since.date()), "to": str(found.until.date())}
    rows: dict[str, str] = {"state": "any", field: bar.share.code, **span_of}
    return {
        "label": bar.label,
        "count": bar.share.count,
        "percent": round(bar.share.share * 100),
        "together": round(bar.share.together * 100),
        "url": reverse("exceptions") + "?" + urlencode(rows),
    }


def _weeks(weeks: Sequence[figures.Week]) -> list[dict[str, Any]]:
    """Lay the weeks out as bars of an SVG: the urgent part stands inside the whole."""
    most = max((week.opened for week in weeks), default=0) or 1
    rows = []
    for position, week in enumerate(weeks):
        height, urgent = (round(count * HIGHEST / most) for count in (week.opened, week.urgent))
        query = urlencode({"state": "any", "from": str(week.start.date()), "to": str(week.end.date())})
        rows.append(
            {
                "week": week,
                "x": position * WIDE + 10,
                "middle": position * WIDE + WIDE // 2,
                "y": HIGHEST + 18 - height,
                "height": height,
                "urgent_y": HIGHEST + 18 - urgent,
                "urgent_height": urgent,
                "url": reverse("exceptions") + "?" + query,
            }
        )
    return rows


@require_GET
@needs("orders.exceptions")
def late_audits(request: StaffRequest) -> HttpResponse:
    """Show why audits were late in the last 8 weeks, and which."""
    cause = request.GET.get("cause", "") if request.GET.get("cause") in LATE_CAUSES else ""
    bars, rows = figures.late_audits(since=moment.now() - timedelta(days=LATE_DAYS), cause=cause)
    names = people.actor_names(row.actor for row in rows)
    facts = {
        "bars": [
            {
                "label": figures.late_label(bar.share.code),
                "count": bar.share.count,
                "percent": round(bar.share.share * 100),
                "together": round(bar.share.together * 100),
                "late": span(bar.median_late_s),
                "url": reverse("late_audits") + "?" + urlencode({"cause": bar.share.code}),
            }
            for bar in bars
        ],
        "cause": figures.late_label(cause) if cause else "",
        "rows": [
            (
                row,
                figures.late_label(row.cause),
                names.get(row.actor, row.actor),
                span((row.audited_at - row.due_at).total_seconds()),
            )
            for row in rows
        ],
        "total": sum(bar.share.count for bar in bars),
    }
    return render(request, "console/exceptions/late.html", facts)
