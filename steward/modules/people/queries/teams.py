"""Teams as pages and programs see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count
from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.people.models import OnCallRotation, Rotation, Shift, Skill, Staff, StaffSkill, Team, TeamMember


class MemberView(Struct, frozen=True):
    """Somebody's place in a team, with what they can do. `levels` by skill code."""

    staff_id: int
    name: str
    username: str
    share_percent: int
    is_primary: bool
    is_active: bool
    levels: dict[str, int]
    capacity: int | None


class TeamView(Struct, frozen=True):
    """One team."""

    id: int
    code: str
    name: str
    manager_id: int | None
    manager_name: str
    parent_code: str | None
    parent_name: str
    calendar_code: str
    time_zone: str
    languages: list[str]
    minimum_on_duty: int
    is_active: bool
    size: int


class ShiftView(Struct, frozen=True):
    """A shift template. Units: minutes of the team's local day."""

    id: int
    code: str
    name: str
    start_min: int
    end_min: int
    tone: str
    is_active: bool


class RotationView(Struct, frozen=True):
    """A pattern that repeats. `members` are (person's id, name, days ahead)."""

    code: str
    name: str
    pattern: list[str]
    anchor_date: str
    members: list[tuple[int, str, int]]


class OnCallTurns(Struct, frozen=True):
    """The turns of a team. `members` are (person's id, name) in their order."""

    rotation_id: int
    anchor_date: str
    period_days: int
    handover_min: int
    members: list[tuple[int, str]]


def teams(*, with_former: bool = False) -> list[TeamView]:
    """List teams by name."""
    found = Team.objects.select_related("manager", "parent").annotate(size=Count("members")).order_by("name", "id")
    return [_team(team) for team in (found if with_former else found.filter(is_active=True))]


def team(code: str) -> TeamView:
    """Return one team. Raises: NotFound."""
    found = Team.objects.select_related("manager", "parent").annotate(size=Count("members")).filter(code=code).first()
    if found is None:
        raise NotFound(key=code)
    return _team(found)


def _team(row: Team) -> TeamView:
    return TeamView(
        id=row.id,
        code=row.code,
        name=row.name,
        manager_id=row.manager_id,
        manager_name=row.manager.name if row.manager else "",
        parent_code=row.parent.code if row.parent else None,
        parent_name=row.parent.name if row.parent else "",
        calendar_code=row.calendar_code,
        time_zone=row.time_zone,
        languages=list(row.languages),
        minimum_on_duty=row.minimum_on_duty,
        is_active=row.is_active,
        size=int(getattr(row, "size", 0)),
    )


def members(team_code: str) -> list[MemberView]:
    """List who is in a team, by name, with what they can do."""
    rows = list(
        TeamMember.objects.filter(team__code=team_code).select_related("staff").order_by("staff__name", "staff_id")
    )
    levels = skill_levels(row.staff_id for row in rows)
    return [
        MemberView(
            staff_id=row.staff_id,
            name=row.staff.name,
            username=row.staff.username,
            share_percent=row.share_percent,
            is_primary=row.is_primary,
            is_active=row.staff.is_active,
            levels=levels.get(row.staff_id, {}),
            capacity=row.staff.capacity,
        )
        for row in rows
    ]


def members_by_team() -> dict[str, list[tuple[int, str]]]:
    """List (id, name) of the active members of every team, by team code."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    rows = TeamMember.objects.filter(staff__is_active=True).order_by("staff__name", "staff_id")
    for code, staff_id, name in rows.values_list("team__code", "staff_id", "staff__name"):
        found[code].append((staff_id, name))
    return dict(found)


def skill_levels(staff_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Tell everybody's level of each of their skills."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = StaffSkill.objects.filter(staff_id__in=list(staff_ids)).order_by("skill__code")
    for staff_id, code, level in rows.values_list("staff_id", "skill__code", "level"):
        found[staff_id][code] = level
    return dict(found)


def skills() -> dict[str, str]:
    """Name every skill by its code."""
    return dict(Skill.objects.order_by("name").values_list("code", "name"))


def own_capacity(staff_id: int) -> int | None:
    """Return how many cases somebody works on at once, None where the usual number holds. Raises: NotFound."""
    row = Staff.objects.filter(id=staff_id).values_list("capacity").first()
    if row is None:
        raise NotFound(key=staff_id)
    return row[0]


def shifts(team_code: str, *, with_former: bool = False) -> list[ShiftView]:
    """List a team's shift templates, by when they begin."""
    rows = Shift.objects.filter(team__code=team_code).order_by("start_min", "code")
    rows = rows if with_former else rows.filter(is_active=True)
    return [ShiftView(*row) for row in rows.values_list(*ShiftView.__struct_fields__)]


def rotations(team_code: str) -> list[RotationView]:
    """List a team's patterns with who follows them."""
    rows = Rotation.objects.filter(team__code=team_code, is_active=True).order_by("name", "id")
    return [
        RotationView(
            code=row.code,
            name=row.name,
            pattern=list(row.pattern),
            anchor_date=row.anchor_date.isoformat(),
            members=[
                (member.staff_id, member.staff.name, member.offset_days)
                for member in sorted(row.members.all(), key=lambda member: (member.offset_days, member.staff_id))
            ],
        )
        for row in rows.prefetch_related("members__staff")
    ]


def on_call_turns(team_code: str) -> OnCallTurns | None:
    """Return a team's own on-call turns, None where it has none."""
    row = OnCallRotation.objects.filter(team__code=team_code).first()
    if row is None:
        return None
    people = row.members.order_by("position").values_list("staff_id", "staff__name")
    return OnCallTurns(row.id, row.anchor_date.isoformat(), row.period_days, row.handover_min, list(people))
