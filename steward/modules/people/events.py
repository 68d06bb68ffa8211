"""What happens to staff, roles and tokens."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from steward.kernel.events import Event


class StaffCreated(Event, frozen=True, kw_only=True):
    """Somebody joined."""

    KIND = "people.staff_created"
    SUBJECT = "staff"
    staff_id: int
    username: str
    roles: list[str]


class StaffRolesSet(Event, frozen=True, kw_only=True):
    """Somebody's roles changed."""

    KIND = "people.staff_roles_set"
    SUBJECT = "staff"
    staff_id: int
    before: list[str]
    after: list[str]


class StaffDeactivated(Event, frozen=True, kw_only=True):
    """Somebody left; nothing of theirs opens a door any more."""

    KIND = "people.staff_deactivated"
    SUBJECT = "staff"
    staff_id: int
    tokens_revoked: int


class StaffReactivated(Event, frozen=True, kw_only=True):
    """Somebody came back."""

    KIND = "people.staff_reactivated"
    SUBJECT = "staff"
    staff_id: int


class PasswordReset(Event, frozen=True, kw_only=True):
    """An administrator gave somebody a new password."""

    KIND = "people.password_reset"
    SUBJECT = "staff"
    staff_id: int
    second_factor_removed: bool


class PreferencesSet(Event, frozen=True, kw_only=True):
    """Somebody chose language, look or time zone."""

    KIND = "people.preferences_set"
    SUBJECT = "staff"
    staff_id: int
    before: dict[str, str]
    after: dict[str, str]


class RolePermissionSet(Event, frozen=True, kw_only=True):
    """A tick of the permission matrix was set or taken away."""

    KIND = "people.role_permission_set"
    SUBJECT = "role"
    role_id: int
    role: str
    permission: str
    granted: bool


class TokenIssued(Event, frozen=True, kw_only=True):
    """A program got a key."""

    KIND = "people.token_issued"
    SUBJECT = "token"
    token_id: int
    name: str
    prefix: str
    permissions: list[str]
    scopes: list[str]
    expires_at: datetime | None


class TokenRevoked(Event, frozen=True, kw_only=True):
    """A program's key was taken away."""

    KIND = "people.token_revoked"
    SUBJECT = "token"
    token_id: int
    name: str


class TeamChanged(Event, frozen=True, kw_only=True):
    """A team was made or changed."""

    KIND = "people.team_changed"
    SUBJECT = "team"
    team_id: int
    code: str
    before: dict[str, Any]
    after: dict[str, Any]


class TeamMembersSet(Event, frozen=True, kw_only=True):
    """A team has other members."""

    KIND = "people.team_members_set"
    SUBJECT = "team"
    team_id: int
    code: str
    joined: list[int]
    left: list[int]


class SkillAdded(Event, frozen=True, kw_only=True):
    """There is a skill that work may ask for."""

    KIND = "people.skill_added"
    SUBJECT = "skill"
    skill_id: int
    code: str


class AbilitiesSet(Event, frozen=True, kw_only=True):
    """What somebody can do, or how much at once, changed. `after` holds levels by skill."""

    KIND = "people.abilities_set"
    SUBJECT = "staff"
    staff_id: int
    before: dict[str, int]
    after: dict[str, int]
    capacity: int | None


class ShiftChanged(Event, frozen=True, kw_only=True):
    """A shift template was made or changed; duties that stand already keep their times."""

    KIND = "people.shift_changed"
    SUBJECT = "shift"
    shift_id: int
    team_id: int
    code: str
    start_min: int
    end_min: int
    is_active: bool


class RotationChanged(Event, frozen=True, kw_only=True):
    """A pattern of shifts or who follows it changed."""

    KIND = "people.rotation_changed"
    SUBJECT = "rotation"
    rotation_id: int
    team_id: int
    code: str
    pattern: list[str]
    staff_ids: list[int]


class DutiesPlanned(Event, frozen=True, kw_only=True):
    """People were put on duty."""

    KIND = "people.duties_planned"
    SUBJECT = "team"
    team_id: int
    duty_ids: list[int]
    staff_ids: list[int]
    first_date: date
    last_date: date
    source: str


class DutiesCancelled(Event, frozen=True, kw_only=True):
    """People were taken off duty."""

    KIND = "people.duties_cancelled"
    SUBJECT = "team"
    team_id: int
    duty_ids: list[int]
    staff_ids: list[int]
    reason: str


class SwapAsked(Event, frozen=True, kw_only=True):
    """Somebody asked a colleague to take a duty."""

    KIND = "people.swap_asked"
    SUBJECT = "swap"
    swap_id: int
    duty_id: int
    for_duty_id: int | None
    asker_id: int
    colleague_id: int


class SwapMoved(Event, frozen=True, kw_only=True):
    """A swap was consented to, declined, withdrawn, approved or refused."""

    KIND = "people.swap_moved"
    SUBJECT = "swap"
    swap_id: int
    asker_id: int
    colleague_id: int
    before: str
    after: str


class LeaveRequested(Event, frozen=True, kw_only=True):
    """Somebody wants to be away."""

    KIND = "people.leave_requested"
    SUBJECT = "leave"
    leave_id: int
    staff_id: int
    starts_at: datetime
    ends_at: datetime
    delegate_id: int | None


class LeaveMoved(Event, frozen=True, kw_only=True):
    """A leave was approved, refused or withdrawn. `duty_ids` are the duties it cancelled or gave back."""

    KIND = "people.leave_moved"
    SUBJECT = "leave"
    leave_id: int
    staff_id: int
    delegate_id: int | None
    before: str
    after: str
    duty_ids: list[int]


class PresenceSet(Event, frozen=True, kw_only=True):
    """Somebody said that they are away for a while, or back."""

    KIND = "people.presence_set"
    SUBJECT = "staff"
    staff_id: int
    said: str
    until: datetime | None


class OnCallChanged(Event, frozen=True, kw_only=True):
    """The turns of a team's on-call changed."""

    KIND = "people.on_call_changed"
    SUBJECT = "team"
    team_id: int
    staff_ids: list[int]
    period_days: int
    handover_min: int
    anchor_date: date


class OnCallOverridden(Event, frozen=True, kw_only=True):
    """Somebody takes over on-call for a while, or does not any more."""

    KIND = "people.on_call_overridden"
    SUBJECT = "team"
    team_id: int
    override_id: int
    tier: str
    staff_id: int
    starts_at: datetime
    ends_at: datetime
    cancelled: bool


class HolidaysMissed(Event, frozen=True, kw_only=True):
    """The holidays of a year that is near are not known: time limits would run on days off. Told twice a month."""

    KIND = "people.holidays_missed"
    SUBJECT = "calendar"
    calendar_id: int
    code: str
    name: str
    country: str
    year: int


class CalendarChanged(Event, frozen=True, kw_only=True):
    """A calendar has a new version, which counts from now on; what runs under it has to be computed anew."""

    KIND = "people.calendar_changed"
    SUBJECT = "calendar"
    calendar_id: int
    code: str
    version: int
    reason: str


class StationChanged(Event, frozen=True, kw_only=True):
    """A service station was made or changed."""

    KIND = "people.station_changed"
    SUBJECT = "station"
    station_id: int
    code: str
    is_active: bool


class AppointmentBooked(Event, frozen=True, kw_only=True):
    """Somebody will come to a station."""

    KIND = "people.appointment_booked"
    SUBJECT = "appointment"
    appointment_id: int
    station_code: str
    service: str
    starts_at: datetime
    customer_id: int | None
    about_kind: str
    about_id: int | None


class AppointmentMoved(Event, frozen=True, kw_only=True):
    """An appointment is at another time, or at another station."""

    KIND = "people.appointment_moved"
    SUBJECT = "appointment"
    appointment_id: int
    station_code: str
    starts_at: datetime
    station_before: str
    starts_before: datetime
    customer_id: int | None


class AppointmentSettled(Event, frozen=True, kw_only=True):
    """An appointment went on or ended: arrived, done, missed or cancelled."""

    KIND = "people.appointment_settled"
    SUBJECT = "appointment"
    appointment_id: int
    state: str
    about_kind: str
    about_id: int | None
    customer_id: int | None
    note: str


class AppointmentAnnounced(Event, frozen=True, kw_only=True):
    """An appointment is a day ahead: who comes is to be reminded."""

    KIND = "people.appointment_announced"
    SUBJECT = "appointment"
    appointment_id: int
    station_code: str
    starts_at: datetime
    customer_id: int
