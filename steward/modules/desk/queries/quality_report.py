"""Results of quality review over time: by person, team and criterion, with the reviews behind each number (DSK-11)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import get_language
from msgspec import Struct

from steward.modules.desk.models import QualityReview, ReviewPoint
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.queries.quality import ReviewRow, review_rows, sheets
from steward.modules.desk.rules import quality
from steward.modules.desk.rules.standard_answers import spoken
from steward.modules.people import queries as people

AXES = {"agent": "agent_id", "team": "team", "criterion": "criterion"}
Sums = dict[str, Any]
MOST = 500


class Cell(Struct, frozen=True):
    """A number of a week: how good on average, of how many. Units: percent."""

    week: date
    average: int | None
    count: int


class Line(Struct, frozen=True, kw_only=True):
    """One person, team or criterion. `failures` by a critical criterion, `below` under the bar. Units: percent."""

    key: str
    label: str
    average: int
    count: int
    failures: int
    below: int
    corrected: int
    weeks: list[Cell]


class Report(Struct, frozen=True):
    """The lines of an axis, worst first, with the weeks they have columns for, and how far reviewers agree."""

    axis: str
    weeks: list[date]
    lines: list[Line]
    whole: Line | None
    agreement: quality.Agreement


def results(start: datetime, end: datetime) -> QuerySet[QualityReview]:
    """Find the results of a stretch of time that count."""
    found = QualityReview.objects.filter(
        submitted_at__gte=start, submitted_at__lt=end, state__in=quality.COUNTING, ticket__simulated=False
    )
    return found.exclude(origin="calibration")


def quality_report(axis: str, *, start: datetime, end: datetime) -> Report:
    """Add results up by person, team or criterion and by week, in a few statements."""
    found = results(start, end)
    weeks = _weeks(start, end)
    totals, rows = _by_criterion(found) if axis == "criterion" else _by_field(found, AXES[axis])
    labels = _labels(axis, [row["key"] for row in totals])
    lines = [_line(row, labels, rows, weeks) for row in totals]
    lines.sort(key=lambda line: (line.average, line.label))
    whole = found.aggregate(**_sums())
    every = _line({"key": "", **whole}, {}, [], []) if whole["count"] else None
    return Report(axis, weeks, lines, every, agreement_of(start, end))


def _by_field(found: QuerySet[QualityReview], field: str) -> tuple[list[Sums], list[Sums]]:
    keyed = found.annotate(key=F(field))
    by_week = keyed.annotate(week_of=TruncWeek("submitted_at")).values("key", "week_of")
    rows = by_week.annotate(average=Avg("percent"), count=Count("id")).order_by()
    return [dict(row) for row in keyed.values("key").annotate(**_sums()).order_by()], [dict(row) for row in rows]


def _by_criterion(found: QuerySet[QualityReview]) -> tuple[list[Sums], list[Sums]]:
    points = ReviewPoint.objects.filter(review__in=found, counts=True, points__isnull=False)
    percent, nought = F("points") * 100.0 / F("review__sheet__most"), Q(points=0)
    keyed = points.annotate(key=F("criterion"))
    by_week = keyed.annotate(week_of=TruncWeek("review__submitted_at")).values("key", "week_of")
    rows = by_week.annotate(average=Avg(percent), count=Count("id")).order_by()
    sums: Sums = {
        "average": Avg(percent),
        "count": Count("id"),
        "failures": Count("id", filter=nought & Q(review__failed=True)),
        "below": Count("id", filter=nought),
        "corrected": Count("id", filter=Q(corrected=True)),
    }
    return [dict(row) for row in keyed.values("key").annotate(**sums).order_by()], [dict(row) for row in rows]


def _sums() -> Sums:
    return {
        "average": Avg("percent"),
        "count": Count("id"),
        "failures": Count("id", filter=Q(failed=True)),
        "below": Count("id", filter=Q(failed=True) | Q(percent__lt=F("sheet__pass_percent"))),
        "corrected": Count("id", filter=~Q(percent=F("first_percent"))),
    }


def _weeks(start: datetime, end: datetime) -> list[date]:
    first, last = timezone.localtime(start).date(), timezone.localtime(end).date()
    monday = first - timedelta(days=first.weekday())
    return [monday + timedelta(days=7 * place) for place in range((last - monday).days // 7 + 1)]


def _line(row: Sums, labels: dict[str, str], rows: Iterable[Sums], weeks: list[date]) -> Line:
    key = str(row["key"])
    mine = {timezone.localtime(one["week_of"]).date(): one for one in rows if str(one["key"]) == key}
    return Line(
        key=key,
        label=labels.get(key, key),
        average=round(row["average"] or 0),
        weeks=[
            Cell(week, round(mine[week]["average"]), mine[week]["count"]) if week in mine else Cell(week, None, 0)
            for week in weeks
        ],
        **{name: row[name] for name in ("count", "failures", "below", "corrected")},
    )


def _labels(axis: str, keys: list[Any]) -> dict[str, str]:
    if axis == "agent":
        return {str(id_): name for id_, name in staff_names(set(keys)).items()}
    if axis == "team":
        return {one.code: one.name for one in people.teams()}
    language = get_language() or "zh-hans"
    found: dict[str, str] = {}
    for sheet in sheets(with_former=True)[::-1]:
        found |= {one["code"]: spoken(one["labels"], language) for one in sheet.criteria}
    return found


def rows_behind(
    axis: str, key: str, *, start: datetime, end: datetime, week: date | None = None, reader_id: int | None = None
) -> list[ReviewRow]:
    """List the reviews behind a number as somebody may see them: of a person, a team or a criterion, or of one week."""
    found = results(start, end)
    if axis == "agent":
        found = found.filter(agent_id=int(key)) if _is_id(key) else found.none()
    elif axis == "team":
        found = found.filter(team=key)
    elif axis == "criterion":
        found = found.filter(points__criterion=key, points__counts=True, points__points__isnull=False)
    if week is not None:
        begin = timezone.make_aware(datetime.combine(week, time()))
        found = found.filter(submitted_at__gte=begin, submitted_at__lt=begin + timedelta(days=7))
    return review_rows(found.order_by("percent", "-id")[:MOST], reader_id=reader_id)


def agreement_of(start: datetime, end: datetime) -> quality.Agreement:
    """Tell how far second looks of a stretch of time agree with the first ones, over all criteria."""
    seconds = QualityReview.objects.filter(
        origin="calibration", state="submitted", submitted_at__gte=start, submitted_at__lt=end
    )
    rows = list(seconds[:MOST])
    ids = [id_ for row in rows for id_ in (row.id, row.compared_id)]
    given: dict[int, dict[str, int | None]] = {}
    points = ReviewPoint.objects.filter(review_id__in=ids, corrected=False)
    for review_id, criterion, got in points.values_list("review_id", "criterion", "points"):
        given.setdefault(review_id, {})[criterion] = got
    pairs = [
        pair for row in rows for pair in quality.pairs_of(given.get(row.compared_id or 0, {}), given.get(row.id, {}))
    ]
    return quality.agreement(pairs)


def _is_id(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 19


def label_of(axis: str, key: str) -> str:
    """Name a person, a team or a criterion."""
    if axis == "agent" and not (_is_id(key)):
        return ""
    return _labels(axis, [int(key)] if axis == "agent" else [key]).get(key, key)
