"""Who is who in teams: managers, members, skills, how to reach somebody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from django.utils.translation import gettext_lazy
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.people import rules
from steward.modules.people.models import Staff, StaffSkill, Team, TeamMember

DEFAULT_CAPACITY = parameters.define(
    "people.default_capacity",
    8,
    unit="",
    label=gettext_lazy("Cases one person works on at once, unless set for the person"),
    minimum=1,
    maximum=999,
)


class StaffContact(Struct, frozen=True):
    """How to reach somebody: an address, their language and zone, and which notices they want by e-mail."""

    staff_id: int
    name: str
    email: str
    locale: str
    time_zone: str
    notify_email: Literal["all", "urgent", "none"]


def staff_contact(staff_ids: Iterable[int]) -> dict[int, StaffContact]:
    """Tell how to reach people; who left is not among them."""
    fields = ("id", "name", "email", "locale", "time_zone", "notify_email")
    rows = Staff.objects.filter(id__in=list(staff_ids), is_active=True).values_list(*fields)
    return {row[0]: StaffContact(*row) for row in rows}


def staff_with_role(role: str) -> list[int]:
    """List the active people of a role, by id."""
    found = Staff.objects.filter(roles__code=role, is_active=True).order_by("id")
    return list(found.values_list("id", flat=True).distinct())


def roles_of(staff_ids: Iterable[int]) -> dict[int, set[str]]:
    """Name the roles of each person by code."""
    found: dict[int, set[str]] = {id_: set() for id_ in staff_ids}
    rows = Staff.objects.filter(id__in=list(found), is_active=True, roles__isnull=False).values_list(
        "id", "roles__code"
    )
    for id_, role in rows:
        found[id_].add(role)
    return found


def staff_with_permission(permission: str) -> list[int]:
    """List the active people whose roles give a permission, by id."""
    by_role = Staff.objects.filter(roles__permissions__permission__in=(permission, rules.ALL), is_active=True)
    found = by_role | Staff.objects.filter(is_superuser=True, is_active=True)
    return list(found.order_by("id").values_list("id", flat=True).distinct())


_Above = dict[int, tuple[str, int | None, int | None, bool | None]]


def _teams_above() -> _Above:
    """Read what is above what: code, parent, manager of every team."""
    fields = ("id", "code", "parent_id", "manager_id", "manager__is_active")
    return {row[0]: row[1:] for row in Team.objects.values_list(*fields)}


def _nearest(teams: _Above, at: int | None, whom: int | str) -> int | None:
    while at is not None:
        _code, parent, manager, is_active = teams[at]
        if manager is not None and is_active and manager != whom:
            return manager
        at = parent
    return None


def manager_of(whom: int | str) -> int | None:
    """Name the manager of a person (by id) or of a team (by code): the nearest one upwards, never oneself.

    None where nobody is above.
    """
    if isinstance(whom, int):
        return managers_of([whom])[whom]
    teams = _teams_above()
    return _nearest(teams, next((id_ for id_, row in teams.items() if row[0] == whom), None), whom)


def managers_of(staff_ids: Iterable[int]) -> dict[int, int | None]:
    """Name the manager of each person, as manager_of does; two queries for all."""
    wanted, teams = list(staff_ids), _teams_above()
    own = dict(TeamMember.objects.filter(staff_id__in=wanted, is_primary=True).values_list("staff_id", "team_id"))
    return {id_: _nearest(teams, own.get(id_), id_) for id_ in wanted}


def team_of(staff_ids: Iterable[int]) -> dict[int, str]:
    """Name each person's own team by its code."""
    rows = TeamMember.objects.filter(staff_id__in=list(staff_ids), is_primary=True)
    return dict(rows.values_list("staff_id", "team__code"))


def team_calendars() -> dict[int, str]:
    """Name the calendar that each person's own team keeps, by its code; who has no team of their own is left out."""
    rows = TeamMember.objects.filter(is_primary=True, team__is_active=True)
    return dict(rows.values_list("staff_id", "team__calendar_code"))


def team_staff(team_code: str) -> list[int]:
    """List the active members of a team, by id, also those of whom it has only a share."""
    rows = TeamMember.objects.filter(team__code=team_code, staff__is_active=True).order_by("staff_id")
    return list(rows.values_list("staff_id", flat=True))


def staff_of_teams(team_codes: Iterable[str]) -> set[int]:
    """Name the active members of any of these teams."""
    rows = TeamMember.objects.filter(team__code__in=list(team_codes), staff__is_active=True)
    return set(rows.values_list("staff_id", flat=True))


def has_skill(staff_id: int, skill: str, *, level: int = 1) -> bool:
    """Tell whether somebody has a skill at this level or above."""
    return StaffSkill.objects.filter(staff_id=staff_id, skill__code=skill, level__gte=level).exists()


def staff_with_skill(skill: str, *, level: int = 1) -> dict[int, int]:
    """List the active people with a skill at this level or above, each with their level."""
    rows = StaffSkill.objects.filter(skill__code=skill, level__gte=level, staff__is_active=True)
    return dict(rows.order_by("staff_id").values_list("staff_id", "level"))


def default_capacity() -> int:
    """Return how many cases somebody works on at once unless said otherwise."""
    return int(parameters.value(DEFAULT_CAPACITY))


def capacities(staff_ids: Iterable[int]) -> dict[int, int]:
    """Tell how many cases each person works on at once."""
    default = default_capacity()
    rows = Staff.objects.filter(id__in=list(staff_ids)).values_list("id", "capacity")
    return {id_: default if capacity is None else capacity for id_, capacity in rows}
