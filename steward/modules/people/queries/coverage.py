"""Where too few people are on duty."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from steward.modules.people.models import Duty, Team
from steward.modules.people.queries.calendars import active_calendars
from steward.modules.people.rules import rosters
from steward.modules.people.rules.calendars import Span, open_spans

NAMED_AT_MOST = 3


def open_hours(calendar_code: str, *, start: datetime, end: datetime) -> list[Span]:
    """List when a calendar is open between two instants; one that does not exist never closes."""
    calendar = active_calendars().get(calendar_code)
    return open_spans(calendar, start, end) if calendar else [Span(start, end)]


def coverage_gaps(
    team_code: str, *, start: datetime, end: datetime, without: Collection[int] = ()
) -> list[rosters.Gap]:
    """Find when fewer than the team wants are on duty while its calendar is open; `without` leaves duties out."""
    team = Team.objects.filter(code=team_code).values_list("calendar_code", "minimum_on_duty").first()
    if team is None or team[1] == 0:
        return []
    duties = Duty.objects.filter(team__code=team_code, state="planned", starts_at__lt=end, ends_at__gt=start)
    rows = duties.exclude(id__in=list(without)).values_list("starts_at", "ends_at")
    needed = open_hours(team[0], start=start, end=end)
    return rosters.gaps(needed, [Span(*row) for row in rows], minimum=team[1])


def gaps_without(duty_ids: Collection[int], *, now: datetime) -> list[str]:
    """Say in words which gaps taking these duties away would open or widen."""
    found: list[str] = []
    fields = ("team__code", "team__name", "team__time_zone", "starts_at", "ends_at")
    for code, name, zone, starts_at, ends_at in (
        Duty.objects.filter(id__in=duty_ids).order_by("id").values_list(*fields)
    ):
        start = max(starts_at, now)
        before = coverage_gaps(code, start=start, end=ends_at)
        after = coverage_gaps(code, start=start, end=ends_at, without=duty_ids)
        if after != before:
            local = start.astimezone(ZoneInfo(zone))
            found.append(f"{name} {local:%m-%d %H:%M}–{ends_at.astimezone(ZoneInfo(zone)):%H:%M}")
    return found[:NAMED_AT_MOST] + (["…"] if len(found) > NAMED_AT_MOST else [])
