"""What quality review found over time, with the reviews behind each number."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.kernel import moment
from steward.modules.desk.queries import quality_report as queries
from steward.modules.desk.queries import quality_words as words
from steward.modules.desk.queries.quality_candidates import YEARS

NEEDS = "tickets.supervise"
RANGES = (28, 56, 84)
AXES = {
    "agent": pgettext_lazy("review", "Person"),
    "team": gettext_lazy("Team"),
    "criterion": pgettext_lazy("review", "Criterion"),
}


@require_GET
@needs(NEEDS)
def quality_results(request: StaffRequest) -> HttpResponse:
    """Show results by person, team or criterion and by week."""
    now, (axis, days) = moment.now(), _asked(request)
    report = queries.quality_report(axis, start=now - timedelta(days=days), end=now)
    facts = {
        "report": report,
        "reviewed": report.whole.count if report.whole else 0,
        "lines": [
            (line, _url(axis, line.key, days), [(cell, _url(axis, line.key, days, cell.week)) for cell in line.weeks])
            for line in report.lines
        ],
        "axis": axis,
        "axes": [(code, label, code == axis) for code, label in AXES.items()],
        "axis_label": AXES[axis],
        "days": days,
        "ranges": RANGES,
        "all_url": _url("all", "", days),
    }
    return render(request, "console/desk/quality_report.html", facts)


def _asked(request: StaffRequest) -> tuple[str, int]:
    axis, days = request.GET.get("axis", ""), request.GET.get("days", "")
    return axis if axis in AXES else "agent", int(days) if days in {str(one) for one in RANGES} else RANGES[0]


def _url(axis: str, key: str, days: int, week: date | None = None) -> str:
    asked = {"axis": axis, "key": key, "days": str(days), "week": week.isoformat() if week else ""}
    return reverse("quality_rows") + "?" + urlencode(asked)


@require_GET
@needs(NEEDS)
def quality_rows(request: StaffRequest) -> HttpResponse:
    """Show the reviews behind a number."""
    now, (axis, days) = moment.now(), _asked(request)
    key = request.GET.get("key", "")[:50]
    wanted = request.GET.get("axis", "")
    try:
        week = parse_date(request.GET.get("week", "")[:10])
    except ValueError:
        week = None
    start = now - timedelta(days=days)
    if week is not None and week.year not in YEARS:
        week = None
    rows = queries.rows_behind(
        wanted if wanted in AXES else "all", key, start=start, end=now, week=week, reader_id=request.actor.staff_id
    )
    facts = {
        "rows": rows,
        "label": queries.label_of(axis, key) if wanted in AXES else "",
        "week": week,
        "back": f"{reverse('quality_results')}?axis={axis}&days={days}",
        "origins": words.ORIGINS,
        "why": words.WHY,
    }
    return render(request, "console/desk/quality_rows.html", facts)
