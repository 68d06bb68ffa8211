"""Who is there at an instant: on duty, present, on call, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.people.models import Duty, Leave, OnCallOverride, OnCallRotation, Presence, Team
from steward.modules.people.rules import absence
from steward.modules.people.rules import on_call as turns
from steward.modules.people.rules import presence as rules

ONLINE_S = parameters.define(
    "people.presence_online_s",
    150,
    unit="s",
    label=gettext_lazy("Somebody is online when their console was heard of within"),
    minimum=70,
    maximum=3_600,
)
AWAY_S = parameters.define(
    "people.presence_away_s",
    900,
    unit="s",
    label=gettext_lazy("Somebody is away, then offline, when their console was not heard of for"),
    minimum=70,
    maximum=86_400,
)


class OnDuty(Struct, frozen=True):
    """One person on one shift."""

    staff_id: int
    name: str
    team_code: str
    shift_code: str
    shift_name: str
    starts_at: datetime
    ends_at: datetime


class OnCall(Struct, frozen=True):
    """Who is on call for a team. `since` and `until` are the bounds of the turn, not of an override."""

    team_code: str
    primary_id: int | None
    secondary_id: int | None
    since: datetime
    until: datetime


def staff_on_duty(team_code: str | None = None, *, at: datetime) -> list[OnDuty]:
    """List who is on duty in a team (None: in any), by when their duty ends.

    An approved leave has cancelled the duties inside it, so nobody on leave is among them.
    """
    rows = Duty.objects.filter(state="planned", starts_at__lte=at, ends_at__gt=at, staff__is_active=True)
    if team_code is not None:
        rows = rows.filter(team__code=team_code)
    fields = ("staff_id", "staff__name", "team__code", "shift__code", "shift__name", "starts_at", "ends_at")
    return [OnDuty(*row) for row in rows.order_by("ends_at", "staff_id").values_list(*fields)]


def present_staff(*, at: datetime) -> dict[int, rules.State]:
    """Tell of everybody who is not offline whether they are online, on a break, in a meeting or away."""
    online_s, away_s = int(parameters.value(ONLINE_S)), int(parameters.value(AWAY_S))
    heard_of = Presence.objects.filter(seen_at__gte=at - timedelta(seconds=away_s), staff__is_active=True)
    found = {
        staff_id: rules.state(seen_at, said, said_until, now=at, online_s=online_s, away_s=away_s)
        for staff_id, seen_at, said, said_until in heard_of.values_list("staff_id", "seen_at", "said", "said_until")
    }
    return {staff_id: state for staff_id, state in found.items() if state != "offline"}


def on_leave(*, at: datetime) -> dict[int, int | None]:
    """List who is on approved leave, each with the stand-in they named."""
    rows = Leave.objects.filter(state="approved", starts_at__lte=at, ends_at__gt=at)
    return dict(rows.values_list("staff_id", "delegate_id"))


def stand_ins(staff_ids: Iterable[int], *, at: datetime) -> dict[int, int | None]:
    """Name who acts for each of these people who is on leave; who is not on leave is left out.

    A stand-in on leave hands on to theirs; None: nobody acts for them.
    """
    away = on_leave(at=at)
    return {staff_id: absence.stand_in(staff_id, away) for staff_id in staff_ids if staff_id in away}


def stands_in_for(staff_id: int, *, at: datetime) -> list[int]:
    """List the people on leave for whom somebody acts now."""
    away = on_leave(at=at)
    return sorted(absent for absent in away if absence.stand_in(absent, away) == staff_id)


def on_call(team_code: str, *, at: datetime) -> OnCall | None:
    """Tell who is on call for a team; a team without turns of its own asks the team above it.

    Overrides count first; who is on leave is passed over. None: no team upwards has turns.
    """
    teams = dict(Team.objects.values_list("code", "parent__code"))
    code: str | None = team_code
    while code is not None:
        rotation = OnCallRotation.objects.select_related("team").filter(team__code=code).first()
        if rotation is not None:
            return _on_call_of(rotation, at)
        code = teams.get(code)
    return None


def _on_call_of(rotation: OnCallRotation, at: datetime) -> OnCall:
    anchor, handover_min, days = rotation.anchor_date, rotation.handover_min, rotation.period_days
    zone = rotation.team.time_zone
    number = turns.turn(at, anchor=anchor, handover_min=handover_min, period_days=days, zone=zone)
    bounds = [
        turns.starts_at(each, anchor=anchor, handover_min=handover_min, period_days=days, zone=zone)
        for each in (number, number + 1)
    ]
    members = rotation.members.filter(staff__is_active=True).order_by("position").values_list("staff_id", flat=True)
    away = set(on_leave(at=at))
    overrides = dict(
        OnCallOverride.objects.filter(rotation=rotation, cancelled_at=None, staff__is_active=True)
        .filter(starts_at__lte=at, ends_at__gt=at)
        .values_list("tier", "staff_id")
    )
    primary, secondary = turns.filled(
        list(members),
        number,
        primary=overrides.get("primary"),
        secondary=overrides.get("secondary"),
        away=away,
    )
    return OnCall(rotation.team.code, primary, secondary, bounds[0], bounds[1])
