"""Count exceptions: causes by share, weeks in a row; every figure can be opened to the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from msgspec import Struct

from steward.modules.orders.models import ExceptionCase, LateAudit
from steward.modules.orders.queries import exception_words as said
from steward.modules.orders.queries import words
from steward.modules.orders.queries.exceptions import causes
from steward.modules.orders.rules.detectors import Share, pareto, weeks

NO_CAUSE = "none"
WEEKS = 8


class Bar(Struct, frozen=True):
    """One bar of the Pareto chart, in words."""

    share: Share
    label: str


class Week(Struct, frozen=True):
    """One week of the trend: how many opened, of those how many were urgent, how many closed themselves."""

    start: datetime
    end: datetime
    opened: int
    urgent: int
    automatic: int
    false_alarms: int


class Figures(Struct, frozen=True):
    """What the Pareto and trend page shows; muted ones are counted beside, never in the bars."""

    since: datetime
    until: datetime
    by_cause: list[Bar]
    by_detector: list[Bar]
    weeks: list[Week]
    muted: int


class LateBar(Struct, frozen=True):
    """One reason of late audits: how many, and how late they were at the middle. Units: seconds."""

    share: Share
    median_late_s: int


class LateRow(Struct, frozen=True):
    """One late audit."""

    order_number: str
    due_at: datetime
    audited_at: datetime
    cause: str
    note: str
    actor: str


def exception_figures(*, now: datetime, time_zone: str = "Asia/Shanghai", by_group: bool = False) -> Figures:
    """Count the exceptions of the last 8 weeks by cause, by detector and by week. Source: ORD-8."""
    starts = weeks(now.astimezone(ZoneInfo(time_zone)), WEEKS)
    until = starts[-1] + timedelta(weeks=1)
    found = ExceptionCase.objects.filter(opened_at__gte=starts[0], opened_at__lt=until)
    told = found.exclude(state="muted")
    known = causes(with_former=True)
    names = {one.code: one.label for one in known} | {one.group: one.group_label for one in known}
    field = "cause__parent__code" if by_group else "cause__code"
    counts = {code or NO_CAUSE: count for code, count in told.values_list(field).annotate(count=Count("id"))}
    kinds = dict(told.values_list("detector__code").annotate(count=Count("id")))
    no_cause = str(said.NO_CAUSE)
    return Figures(
        since=starts[0],
        until=until,
        by_cause=[Bar(share, names.get(share.code, no_cause)) for share in pareto(counts)],
        by_detector=[Bar(share, said.detector_label(share.code)) for share in pareto(kinds)],
        weeks=_weeks(starts),
        muted=found.filter(state="muted").count(),
    )


def _weeks(starts: Sequence[datetime]) -> list[Week]:
    found = []
    for start in starts:
        end = start + timedelta(weeks=1)
        counts = (
            ExceptionCase.objects.filter(opened_at__gte=start, opened_at__lt=end)
            .exclude(state="muted")
            .aggregate(
                opened=Count("id"),
                urgent=Count("id", filter=Q(severity="urgent")),
                automatic=Count("id", filter=Q(automatic=True)),
                false_alarms=Count("id", filter=Q(state="dismissed")),
            )
        )
        found.append(Week(start, end, **counts))
    return found


def late_audits(*, since: datetime, cause: str = "", limit: int = 200) -> tuple[list[LateBar], list[LateRow]]:
    """Count late audits since an instant by reason, and list the newest (of one reason where named). Source: ORD-6."""
    found = LateAudit.objects.filter(audited_at__gte=since)
    counts: dict[str, int] = {}
    spans: dict[str, list[int]] = {}
    for code, due_at, audited_at in found.values_list("cause", "due_at", "audited_at"):
        counts[code] = counts.get(code, 0) + 1
        spans.setdefault(code, []).append(int((audited_at - due_at).total_seconds()))
    bars = [LateBar(share, sorted(spans[share.code])[len(spans[share.code]) // 2]) for share in pareto(counts)]
    rows = found.filter(cause=cause) if cause else found
    fields = ("order__number", "due_at", "audited_at", "cause", "note", "actor")
    return bars, [LateRow(*row) for row in rows.order_by("-audited_at").values_list(*fields)[:limit]]


def late_label(code: str) -> str:
    """Name why an audit was late, in the reader's language."""
    return words.word(said.LATE_CAUSES, code)
