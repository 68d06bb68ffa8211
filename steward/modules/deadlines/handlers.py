"""What deadlines do on hearing that policies or calendars changed. Every handler may run twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from procrastinate.contrib.django import app

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.deadlines import commands
from steward.modules.deadlines.events import (
    ClockBreached,
    ClockEscalated,
    ClockWarned,
    PolicyAdded,
    PolicyChanged,
    PolicyRetired,
)
from steward.modules.deadlines.queries import policies
from steward.modules.people import queries as people
from steward.modules.people.events import CalendarChanged, HolidaysMissed, TeamChanged, TeamMembersSet

SYSTEM = system("deadlines.sweep")
AGAIN_TASK = "deadlines.realign_again"
# Other processes may still start clocks by what they remember; by then they have read anew.
AGAIN_S = int(policies.FRESH_S) + 5


def on_policy_added_realign_clocks(events: Sequence[PolicyAdded]) -> None:
    """Let what runs count by a new policy."""
    for event in events:
        _realign([(event.about_kind, event.clock_kind)], event.reason)


def on_policy_changed_realign_clocks(events: Sequence[PolicyChanged]) -> None:
    """Let what runs count by a changed policy."""
    for event in events:
        _realign([(event.about_kind, event.clock_kind)], event.reason)


def on_policy_retired_realign_clocks(events: Sequence[PolicyRetired]) -> None:
    """Let what ran under a retired policy run under the next that fits."""
    for event in events:
        _realign([(event.about_kind, event.clock_kind)], event.reason)


def on_calendar_changed_realign_clocks(events: Sequence[CalendarChanged]) -> None:
    """Let what runs count by a changed calendar."""
    for event in events:
        of_teams = event.code in people.calendar_uses()
        kinds = {
            (policy.subject_kind, policy.clock_kind)
            for policy in policies.active_policies()
            if policy.calendar == event.code or (policy.team_calendar and of_teams)
        }
        _realign(kinds, event.reason)


def on_team_changed_realign_clocks(events: Sequence[TeamChanged]) -> None:
    """Let what a team's people have count by its other calendar, where policies say that its hours count."""
    for event in events:
        if event.after.keys() & {"calendar_code", "is_active"}:
            _realign_owned(people.team_staff(event.code), "team hours")


def on_team_members_set_realign_clocks(events: Sequence[TeamMembersSet]) -> None:
    """Let what people have who changed teams count by the calendar of the team they are in now."""
    for event in events:
        _realign_owned([*people.team_staff(event.code), *event.left], "team members")


def on_clock_warned_tell_people(events: Sequence[ClockWarned]) -> None:
    """Warn who can still act in time."""
    commands.tell_people(SYSTEM, reached=events, now=moment.now())


def on_clock_breached_tell_people(events: Sequence[ClockBreached]) -> None:
    """Tell who answers for it that a limit was missed, where no step of the ladder at that instant does."""
    silent = commands.without_ladder(events)
    commands.tell_people(SYSTEM, reached=silent, now=moment.now())


def on_clock_escalated_tell_people(events: Sequence[ClockEscalated]) -> None:
    """Tell who the ladder calls in; where the subject's module reassigns, it tells those whom it concerns."""
    commands.tell_people(SYSTEM, reached=commands.not_moved_above(events), now=moment.now())


def on_holidays_missed_tell_people(events: Sequence[HolidaysMissed]) -> None:
    """Warn those who keep calendars."""
    commands.tell_of_missing_holidays(SYSTEM, missing=events, now=moment.now())


def _realign_owned(staff_ids: Iterable[int], reason: str) -> None:
    """Recompute what these people have, where policies say that the hours of their team count."""
    kinds = {(one.subject_kind, one.clock_kind) for one in policies.active_policies() if one.team_calendar}
    owners = sorted(set(staff_ids))
    if owners:
        _realign(kinds, reason, owners)


def _realign(kinds: Iterable[tuple[str, str]], reason: str, owners: list[int] | None = None) -> None:
    """Recompute in bounded batches now, and once more for clocks that others started by the old version."""
    wanted = sorted(set(kinds))
    if not wanted:
        return
    commands.realign_all(SYSTEM, kinds=wanted, reason=reason, now=moment.now(), owners=owners)
    again = app.configure_task(AGAIN_TASK, queue="events", schedule_in={"seconds": AGAIN_S})
    again.defer(kinds=[list(kind) for kind in wanted], reason=reason, owners=None if owners is None else [*owners])
