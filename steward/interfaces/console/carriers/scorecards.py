"""Scorecards: how carriers really did, weighed as the manager wants, and month by month."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.kernel import moment, parameters
from steward.modules.logistics.queries import carriers as files
from steward.modules.logistics.queries import scorecards as queries
from steward.modules.logistics.queries import tariffs
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules.scoring import Mark, Score

MEASURES = {
    "on_time": gettext_lazy("On time"),
    "lost_damaged": gettext_lazy("Lost or damaged"),
    "claims": gettext_lazy("Days until paid"),
    "price": gettext_lazy("Price per kg"),
    "rating": gettext_lazy("Rating"),
    "coverage": gettext_lazy("Coverage"),
    "capacity": gettext_lazy("Capacity"),
}
SHARES = frozenset({"on_time", "lost_damaged", "coverage", "capacity"})
MINOR = 100


@require_GET
@needs("logistics.quote")
def scorecards(request: StaffRequest) -> HttpResponse:
    """Compare all carriers, or all services."""
    by_service = request.GET.get("by") == "service"
    day = house_day(moment.now())
    found = queries.scorecards(day=day, by_service=by_service)
    names = {one.code: one.name for one in files.services()} if by_service else _carrier_names()
    states = {one.code: one.state for one in files.carriers()}
    weights = queries.weights()
    whole = sum(weights.values()) or 1.0
    facts = {
        "rows": [
            {
                "score": one,
                "name": names.get(one.key, one.key),
                "state": states.get(one.key, ""),
                "cells": [_cell(mark) for mark in one.marks],
            }
            for one in found
        ],
        "heads": [(word, round(100 * weights[code] / whole)) for code, word in MEASURES.items()],
        "by_service": by_service,
        "days": parameters.value(queries.SPAN),
        "chart": _bars(found, names),
        "may_weigh": request.actor.may("settings.parameters"),
    }
    return render(request, "console/carriers/scorecards.html", facts)


def _carrier_names() -> dict[str, str]:
    return {one.code: one.name for one in files.carriers()}


def _cell(mark: Mark) -> dict[str, Any]:
    return {
        "label": MEASURES[mark.measure],
        "seen": _written(mark.measure, mark.seen),
        "shrunk": _written(mark.measure, mark.shrunk),
        "points": None if mark.points is None else round(mark.points),
        "cases": mark.cases,
        "is_few": mark.measure in ("on_time", "lost_damaged", "rating", "claims") and mark.cases < 30,
    }


def _written(measure: str, value: float | None) -> str:
    if value is None:
        return "—"
    if measure in SHARES:
        return f"{100 * value:.1f}%"
    if measure == "price":
        return f"{value / MINOR:.2f}"
    return f"{value:.1f}"


def _bars(found: list[Score], names: dict[str, str]) -> dict[str, Any]:
    """Give the chart: a bar per carrier, cut into what each measure adds."""
    weights = queries.weights()
    series = []
    for place, (code, word) in enumerate(MEASURES.items()):
        values = []
        for one in found:
            told = sum(weights[mark.measure] for mark in one.marks if mark.points is not None) or 1.0
            points = one.marks[place].points
            values.append(round((points or 0.0) * weights[code] / told, 1))
        series.append({"name": str(word), "type": "bar", "stack": "score", "data": values})
    return {"kind": "bars", "labels": [names.get(one.key, one.key) for one in found], "series": series}


@require_GET
@needs("logistics.quote")
def scorecard(request: StaffRequest, carrier_code: str) -> HttpResponse:
    """Show one carrier's record: its score, its months, its lanes."""
    found, day = files.carrier_file(carrier_code), house_day(moment.now())
    score = next(one for one in queries.scorecards(day=day) if one.key == carrier_code)
    months = queries.trend(carrier=carrier_code, day=day)
    facts = {
        "carrier": found.row,
        "score": score,
        "cells": [_cell(mark) for mark in score.marks],
        "months": months,
        "days": parameters.value(queries.SPAN),
        "lanes": [
            {
                "from": tariffs.region_name(one.key.partition(">")[0]),
                "to": tariffs.region_name(one.key.partition(">")[2]),
                "record": one,
                "percent": round(100 * one.on_time / one.promised) if one.promised else None,
            }
            for one in queries.lanes(carrier=carrier_code, day=day)
        ],
        "chart": _line(months),
    }
    return render(request, "console/carriers/scorecard.html", facts)


def _line(months: list[queries.Month]) -> dict[str, Any]:
    on_time = [None if one.on_time is None else round(100 * one.on_time, 1) for one in months]
    lost = [round(100 * one.lost_damaged, 2) for one in months]
    parcels = [one.parcels for one in months]
    return {
        "kind": "months",
        "labels": [one.month for one in months],
        "series": [
            {"name": _("Parcels"), "type": "bar", "yAxisIndex": 1, "data": parcels},
            {"name": _("On time, %"), "type": "line", "data": on_time},
            {"name": _("Lost or damaged, %"), "type": "line", "data": lost},
        ],
    }
