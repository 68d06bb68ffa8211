"""Make teams, put people into them, say what people can do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from msgspec import Struct, structs

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people.commands import guards
from steward.modules.people.events import AbilitiesSet, SkillAdded, TeamChanged, TeamMembersSet
from steward.modules.people.models import CalendarVersion, Skill, Staff, StaffSkill, Team, TeamMember
from steward.modules.people.rules import staffing

CODE = re.compile(r"(?!new$)[a-z0-9][a-z0-9_-]{0,39}")
MOST_ON_DUTY = 500
Findings = list[dict[str, str]]


class TeamDraft(Struct, frozen=True, kw_only=True):
    """How a team shall be."""

    name: str
    manager_id: int | None = None
    parent_code: str | None = None
    calendar_code: str = "always"
    time_zone: str = "Asia/Shanghai"
    languages: tuple[str, ...] = ()
    minimum_on_duty: int = 0
    is_active: bool = True


class MemberDraft(Struct, frozen=True):
    """Somebody's place in a team. Units: percent of their time."""

    staff_id: int
    share_percent: int = 100
    is_primary: bool = True


@command(needs="people.teams")
def save_team(actor: Actor, *, code: str, draft: TeamDraft) -> int:
    """Make a team, or change the one with this code.

    Returns its id. Locks: every team, in id order. Raises: BadInput with every finding. Emits: TeamChanged.
    """
    parents = dict(Team.objects.select_for_update(of=("self",)).order_by("id").values_list("code", "parent__code"))
    if findings := _team_findings(code, draft, parents):
        raise errors.BadInput(findings)
    team = Team.objects.filter(code=code).first()
    before = {} if team is None else _facts(team)
    team = team or Team(code=code)
    team.parent = Team.objects.filter(code=draft.parent_code).first() if draft.parent_code else None
    plain = structs.asdict(draft) | {"name": draft.name.strip(), "languages": list(draft.languages)}
    for field in ("name", "manager_id", "calendar_code", "time_zone", "languages", "minimum_on_duty", "is_active"):
        setattr(team, field, plain[field])
    team.save()
    if (after := _facts(team)) != before:
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        was = {name: before[name] for name in changed if name in before}
        events.record(actor, [TeamChanged(team_id=team.id, code=code, before=was, after=changed)])
    return team.id


def _facts(team: Team) -> dict[str, Any]:
    return {
        "name": team.name,
        "manager_id": team.manager_id,
        "parent": team.parent.code if team.parent else None,
        "calendar_code": team.calendar_code,
        "time_zone": team.time_zone,
        "languages": list(team.languages),
        "minimum_on_duty": team.minimum_on_duty,
        "is_active": team.is_active,
    }


def _team_findings(code: str, draft: TeamDraft, parents: Mapping[str, str | None]) -> Findings:
    """Collect all that is wrong with a team."""
    circle = staffing.leads_in_a_circle(parents, team=code, parent=draft.parent_code)
    manager = draft.manager_id
    checks = (
        ("code", CODE.fullmatch(code), _("Small letters, digits, - and _ only, 40 at most.")),
        ("name", draft.name.strip() and len(draft.name) <= 80, _("Give a name of at most 80 characters.")),
        ("manager", manager is None or _is_active(manager), _("Choose somebody who works here.")),
        ("parent", draft.parent_code is None or draft.parent_code in parents, _("There is no such team.")),
        ("parent", not circle, _("The team would end up above itself.")),
        ("calendar", _has_calendar(draft.calendar_code), _("There is no such calendar.")),
        ("time_zone", draft.time_zone in available_timezones(), _("There is no such time zone.")),
        ("languages", set(draft.languages) <= set(staffing.LANGUAGES), _("There is no such language.")),
        ("minimum_on_duty", 0 <= draft.minimum_on_duty <= MOST_ON_DUTY, _("Give a number between 0 and 500.")),
    )
    return [{"field": field, "code": "unfit", "message": message} for field, fits, message in checks if not fits]


def _is_active(staff_id: int) -> bool:
    return Staff.objects.filter(id=staff_id, is_active=True).exists()


def _has_calendar(code: str) -> bool:
    return CalendarVersion.objects.filter(code=code, active=True).exists()


@command(needs="people.teams")
def set_team_members(actor: Actor, *, team_code: str, members: Sequence[MemberDraft]) -> None:
    """Give a team exactly these members; who gets it as their own team leaves the one they had as their own.

    Locks: the people, in id order. Raises: NotFound, BadInput. Emits: TeamMembersSet.
    """
    team = guards.team_called(team_code)
    wanted = {member.staff_id: member for member in members}
    known = guards.lock_staff(wanted)
    findings = [
        {"field": f"members.{staff_id}", "code": "unfit", "message": _("Choose somebody who works here.")}
        for staff_id in wanted
        if staff_id not in known
    ] + [
        {
            "field": f"members.{member.staff_id}",
            "code": "unfit",
            "message": _("Give a share between 1 and 100 percent."),
        }
        for member in wanted.values()
        if not 1 <= member.share_percent <= 100
    ]
    if findings:
        raise errors.BadInput(findings)
    before = set(TeamMember.objects.filter(team=team).values_list("staff_id", flat=True))
    own = [member.staff_id for member in wanted.values() if member.is_primary]
    TeamMember.objects.filter(staff_id__in=own).exclude(team=team).update(is_primary=False)
    TeamMember.objects.filter(team=team).delete()
    rows = [TeamMember(team=team, **structs.asdict(member)) for _id, member in sorted(wanted.items())]
    TeamMember.objects.bulk_create(rows)
    joined, left = sorted(set(wanted) - before), sorted(before - set(wanted))
    events.record(actor, [TeamMembersSet(team_id=team.id, code=team.code, joined=joined, left=left)])


@command(needs="people.teams")
def add_skill(actor: Actor, *, code: str, name: str) -> int:
    """Add a skill that work may ask for, or rename it.

    Returns its id. Raises: BadInput. Emits: SkillAdded, when it is new.
    """
    if not CODE.fullmatch(code) or not name.strip() or len(name) > 80:
        raise errors.BadInput(
            [{"field": "code", "code": "unfit", "message": _("Give a code of small letters and a name.")}]
        )
    skill, is_new = Skill.objects.update_or_create(code=code, defaults={"name": name.strip()})
    if is_new:
        events.record(actor, [SkillAdded(skill_id=skill.id, code=code)])
    return skill.id


@command(needs="people.teams")
def set_abilities(actor: Actor, *, staff_id: int, levels: Mapping[str, int], capacity: int | None) -> None:
    """Say which skills somebody has at which level, and how many cases they work on at once (None: the usual).

    Raises: NotFound, BadInput. Emits: AbilitiesSet, when something changed.
    """
    if staff_id not in guards.lock_staff([staff_id]):
        raise errors.NotFound(key=staff_id)
    staff = Staff.objects.get(id=staff_id)
    ids = dict(Skill.objects.filter(code__in=levels).values_list("code", "id"))
    findings = [
        {"field": code, "code": "unfit", "message": _("There is no such skill.")} for code in levels if code not in ids
    ]
    findings += [
        {"field": code, "code": "unfit", "message": _("Give a level between 1 and 5.")}
        for code, level in levels.items()
        if not staffing.is_level(level)
    ]
    if capacity is not None and not 0 <= capacity <= 999:
        findings.append({"field": "capacity", "code": "unfit", "message": _("Give a number between 0 and 999.")})
    if findings:
        raise errors.BadInput(findings)
    before = dict(StaffSkill.objects.filter(staff=staff).values_list("skill__code", "level"))
    if before == dict(levels) and staff.capacity == capacity:
        return
    StaffSkill.objects.filter(staff=staff).delete()
    StaffSkill.objects.bulk_create(StaffSkill(staff=staff, skill_id=ids[code], level=levels[code]) for code in ids)
    Staff.objects.filter(id=staff_id).update(capacity=capacity)
    events.record(actor, [AbilitiesSet(staff_id=staff_id, before=before, after=dict(levels), capacity=capacity)])
