"""What complaints are about, where they come from, how they end and how long they take (DSK-8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from msgspec import Struct

from steward.modules.deadlines.queries.outcomes import outcomes_of_clocks
from steward.modules.desk.models import Complaint
from steward.modules.desk.queries.complaint_words import OUTCOMES
from steward.modules.desk.queries.complaints import SUBJECT, causes_tree, team_names, types_tree
from steward.modules.desk.queries.names import masked_customers

KINDS = ("complaint_registered", "complaint_solved")
WEEKS = 8
MOST = 10


class Share(Struct, frozen=True):
    """How many complaints share something. Units: shares 0 to 1; `together` sums up to here."""

    code: str
    label: str
    count: int
    share: float
    together: float


class ComplaintWeek(Struct, frozen=True):
    """A week and the complaints that were made in it."""

    start: datetime
    end: datetime
    told: int
    serious: int


class Repeater(Struct, frozen=True):
    """A customer who complained more than once."""

    customer_id: int
    label: str
    count: int


class ComplaintFigures(Struct, frozen=True, kw_only=True):
    """The complaints of some weeks. Units: seconds; shares 0 to 1, None where there is nothing to share."""

    since: datetime
    until: datetime
    total: int
    closed: int
    by_type: list[Share]
    by_cause: list[Share]
    by_team: list[Share]
    by_outcome: list[Share]
    weeks: list[ComplaintWeek]
    repeaters: list[Repeater]
    median_solved_s: float | None
    in_time: dict[str, float | None]


def complaint_figures(*, now: datetime, time_zone: str, weeks: int = WEEKS) -> ComplaintFigures:
    """Count the complaints of the last weeks, what was found to be none left out. Source: DSK-8."""
    spans = _weeks(now, time_zone, weeks)
    since, until = spans[0][0], spans[-1][1]
    found = Complaint.objects.filter(told_at__gte=since, told_at__lt=until, simulated=False).exclude(state="dismissed")
    rows = list(found.select_related("type", "cause"))
    teams = team_names()
    types = {one.code: one.path for one in types_tree(with_former=True)}
    causes = {one.code: one.path for one in causes_tree(with_former=True)}
    took = [(row.agreed_at or row.closed_at, row.told_at) for row in rows if row.agreed_at or row.closed_at]
    return ComplaintFigures(
        since=since,
        until=until,
        total=len(rows),
        closed=sum(row.state == "closed" for row in rows),
        by_type=_shares((row.type.code for row in rows), lambda code: types.get(code, code)),
        by_cause=_shares((row.cause.code for row in rows if row.cause), lambda code: causes.get(code, code)),
        by_team=_shares((row.team for row in rows if row.team), lambda code: teams.get(code, code)),
        by_outcome=_shares((row.outcome for row in rows if row.outcome), lambda code: str(OUTCOMES[code])),
        weeks=[
            ComplaintWeek(
                start,
                end,
                sum(start <= row.told_at < end for row in rows),
                sum(start <= row.told_at < end and row.seriousness in ("high", "critical") for row in rows),
            )
            for start, end in spans
        ],
        repeaters=_repeaters(rows),
        median_solved_s=median([(end - start).total_seconds() for end, start in took if end]) if took else None,
        in_time=_in_time([row.id for row in rows]),
    )


def _weeks(now: datetime, time_zone: str, count: int) -> list[tuple[datetime, datetime]]:
    """Cut time into whole weeks from Monday on, this one last."""
    local = now.astimezone(ZoneInfo(time_zone))
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [monday - timedelta(weeks=back) for back in range(count - 1, -1, -1)]
    return [(start, start + timedelta(weeks=1)) for start in starts]


def _shares(codes: Iterable[str], label: Callable[[str], str]) -> list[Share]:
    counts = Counter(codes)
    total, together = sum(counts.values()), 0
    shares = []
    for code, count in counts.most_common():
        together += count
        shares.append(Share(code, label(code), count, count / total, together / total))
    return shares


def _repeaters(rows: Sequence[Complaint]) -> list[Repeater]:
    counts = Counter(row.customer_id for row in rows if row.customer_id is not None)
    often = [(id_, count) for id_, count in counts.most_common(MOST) if count > 1]
    names = masked_customers({id_ for id_, _count in often})
    return [Repeater(id_, names[id_].label if id_ in names else str(id_), count) for id_, count in often]


def _in_time(ids: Sequence[int]) -> dict[str, float | None]:
    """Tell the share of each limit that was kept; what was called off counts for nothing."""
    found = outcomes_of_clocks(SUBJECT, KINDS, ids)
    shares: dict[str, float | None] = {}
    for kind in KINDS:
        met, missed = found.get(kind, (0, 0))
        shares[kind] = met / (met + missed) if met + missed else None
    return shares
