"""Complaints by type, cause, department, week and outcome: every bar opens the rows behind it; all of it as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.complaints.pages import VIEW, filters_of
from steward.interfaces.console.spans import span
from steward.kernel import moment
from steward.modules.deadlines.queries.words import CLOCKS
from steward.modules.desk.queries import complaint_figures as figures
from steward.modules.desk.queries import complaint_words as said
from steward.modules.desk.queries.complaints import complaints_page

HIGHEST, WIDE = 96, 60
CSV_AT_MOST = 5_000
FORMULA = ("=", "+", "-", "@")
PERIODS = (8, 26, 52)


@require_GET
@needs(VIEW)
def complaint_analysis(request: StaffRequest) -> HttpResponse:
    """Show what complaints are about, where they come from, how they end and how long they take."""
    weeks = int(request.GET["weeks"]) if request.GET.get("weeks") in {str(one) for one in PERIODS} else PERIODS[0]
    zone = timezone.get_current_timezone_name()
    found = figures.complaint_figures(now=moment.now(), time_zone=zone, weeks=weeks)
    days = {"from": str(found.since.date()), "to": str(found.until.date() - timedelta(days=1))}
    kept = [(CLOCKS[kind], "–" if share is None else f"{share * 100:.0f} %") for kind, share in found.in_time.items()]
    facts = {
        "found": found,
        "types": _bars(found.by_type, "type", days),
        "causes": _bars(found.by_cause, "cause", days),
        "teams": _bars(found.by_team, "team", days),
        "outcomes": _bars(found.by_outcome, "outcome", days),
        "repeaters": [(one, _rows_url({"customer": str(one.customer_id), **days})) for one in found.repeaters],
        "weeks": _weeks(found.weeks),
        "chart_width": WIDE * len(found.weeks),
        "chart_height": HIGHEST + 40,
        "baseline": HIGHEST + 18,
        "median": span(found.median_solved_s) if found.median_solved_s is not None else "–",
        "kept": kept,
        "periods": [(one, one == weeks) for one in PERIODS],
        "csv_url": reverse("complaint_csv") + "?" + urlencode({"queue": "all", **days}),
    }
    return render(request, "console/complaints/analysis.html", facts)


def _rows_url(query: dict[str, str]) -> str:
    return reverse("complaints") + "?" + urlencode({"queue": "all", **query})


def _bars(shares: Sequence[figures.Share], field: str, days: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label,
            "count": one.count,
            "percent": round(one.share * 100),
            "together": round(one.together * 100),
            "url": _rows_url({field: one.code, **days}),
        }
        for one in shares
    ]


def _weeks(weeks: Sequence[figures.ComplaintWeek]) -> list[dict[str, Any]]:
    """Lay the weeks out as bars of an SVG: the serious part stands inside the whole."""
    most = max((week.told for week in weeks), default=0) or 1
    rows = []
    for position, week in enumerate(weeks):
        height, serious = (round(count * HIGHEST / most) for count in (week.told, week.serious))
        rows.append(
            {
                "week": week,
                "x": position * WIDE + 10,
                "middle": position * WIDE + WIDE // 2,
                "y": HIGHEST + 18 - height,
                "height": height,
                "serious_y": HIGHEST + 18 - serious,
                "serious_height": serious,
                "url": _rows_url({"from": str(week.start.date()), "to": str(week.end.date() - timedelta(days=1))}),
            }
        )
    return rows


@require_GET
@needs(VIEW)
def complaint_csv(request: StaffRequest) -> HttpResponse:
    """Send the complaints that are asked for as a file for spreadsheets; no text of it is taken for a formula."""
    filters = filters_of(request.GET, request.actor.staff_id)
    out = io.StringIO("\ufeff")
    out.seek(0, io.SEEK_END)
    writer = csv.writer(out)
    head = (
        _("Number"), _("State"), _("Type"), _("Seriousness"), _("Root cause"), _("Responsible department"),
        _("Responsible person"), _("Outcome"), _("Told at"), _("Registered at"), _("Closed at"), _("Ticket"),
        _("Words"),
    )  # fmt: skip
    writer.writerow(head)
    for row in complaints_page(filters, now=moment.now(), limit=CSV_AT_MOST):
        cells = (
            row.number, str(said.STATES[row.state]), row.type_label, str(said.SERIOUSNESS[row.seriousness]),
            row.cause_label, row.team_name, row.owner, str(said.OUTCOMES.get(row.outcome, "")), row.told_at.isoformat(),
            row.registered_at.isoformat() if row.registered_at else "",
            row.closed_at.isoformat() if row.closed_at else "", row.ticket_number, row.words,
        )  # fmt: skip
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="complaints-{moment.now():%Y%m%d-%H%M}.csv"'
    return response
