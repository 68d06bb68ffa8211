"""Teams: who is in them, what they can do, when they work."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.interfaces.console.people import fields
from steward.interfaces.console.people.account import NEAR_ZONES
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import moment
from steward.kernel.calendar import is_open
from steward.kernel.errors import BadInput
from steward.modules.people import commands, queries
from steward.modules.people.commands import MemberDraft, TeamDraft
from steward.modules.people.queries import words

MANAGE = "people.teams"
ZONES = ("Europe/Berlin", *NEAR_ZONES)


@require_GET
@needs("people.view")
def teams(request: StaffRequest) -> HttpResponse:
    """List teams with how many are there now."""
    now = moment.now()
    present, on_duty = queries.present_staff(at=now), queries.staff_on_duty(at=now)
    people = queries.members_by_team()
    names = {calendar.code: calendar.name for calendar in queries.calendar_list()}
    calendars = queries.active_calendars()
    on_call = {team.code: queries.on_call(team.code, at=now) for team in queries.teams()}
    ids = {id_ for turn in on_call.values() if turn for id_ in (turn.primary_id,) if id_}
    contacts = queries.staff_contact(ids)
    rows = [
        {
            "team": team,
            "calendar": names.get(team.calendar_code, team.calendar_code),
            "there": sum(staff_id in present for staff_id, _name in people.get(team.code, [])),
            "on_duty": (count := sum(duty.team_code == team.code for duty in on_duty)),
            "too_few": count < team.minimum_on_duty and is_open(calendars[team.calendar_code], now),
            "on_call": _name_of(contacts, on_call.get(team.code)),
        }
        for team in queries.teams()
    ]
    return render(request, "console/people/teams.html", {"rows": rows})


def _name_of(contacts: Mapping[int, queries.StaffContact], turn: queries.OnCall | None) -> str:
    found = contacts.get(turn.primary_id or 0) if turn else None
    return found.name if found else ""


@require_GET
@needs("people.view")
def team(request: StaffRequest, team_code: str) -> HttpResponse:
    """Show one team: people, shifts, patterns, turns on call."""
    found, now = queries.team(team_code), moment.now()
    on_duty = {duty.staff_id: duty for duty in queries.staff_on_duty(team_code, at=now)}
    turns, calls = queries.on_call_turns(team_code), queries.on_call(team_code, at=now)
    present, away = queries.present_staff(at=now), queries.on_leave(at=now)
    skills = queries.skills()
    people = [
        {
            "member": member,
            "presence": present.get(member.staff_id, "offline"),
            "duty": on_duty.get(member.staff_id),
            "on_leave": member.staff_id in away,
            "skills": [(skills[skill], level) for skill, level in member.levels.items()],
        }
        for member in queries.members(team_code)
    ]
    facts = {
        "team": found,
        "people": people,
        "shifts": queries.shifts(team_code, with_former=True),
        "rotations": queries.rotations(team_code),
        "turns": turns,
        "on_call": calls,
        "names": {each.staff_id: each.name for each in queries.staff_contact(_on_call_ids(calls)).values()},
        "calendar": queries.calendar_view(found.calendar_code),
        "spoken": [words.LANGUAGES[language] for language in found.languages],
        "levels": words.SKILL_LEVELS,
        "default_capacity": queries.default_capacity(),
    }
    return render(request, "console/people/team.html", facts)


def _on_call_ids(turn: queries.OnCall | None) -> list[int]:
    return [id_ for id_ in (turn.primary_id, turn.secondary_id) if id_] if turn else []


@needs(MANAGE)
def team_new(request: StaffRequest) -> HttpResponse:
    """Make a team."""
    return _form(request, None)


@needs(MANAGE)
def team_edit(request: StaffRequest, team_code: str) -> HttpResponse:
    """Change a team."""
    return _form(request, queries.team(team_code))


def _form(request: StaffRequest, found: queries.TeamView | None) -> HttpResponse:
    typed, errors = request.POST if request.method == "POST" else _as_typed(found), {}
    if request.method == "POST":
        code = found.code if found else typed.get("code", "").strip()
        try:
            if found is None and any(team.code == code for team in queries.teams(with_former=True)):
                raise BadInput([{"field": "code", "message": _("There is a team with this code already.")}])
            commands.save_team(request.actor, code=code, draft=_draft(typed, is_new=found is None))
        except BadInput as refusal:
            errors = errors_by_field(refusal.findings)
        else:
            return say(request, _("Saved."), to=reverse("team", args=[code]))
    facts = {
        "team": found,
        "typed": typed,
        "errors": errors,
        "people": queries.staff_list(),
        "teams": [team for team in queries.teams() if found is None or team.code != found.code],
        "calendars": queries.calendar_list(),
        "zones": [*ZONES, *sorted(available_timezones() - set(ZONES))],
        "spoken_names": words.LANGUAGES,
        "spoken": typed.getlist("languages"),
    }
    return render(request, "console/people/team_form.html", facts, status=422 if errors else 200)


def _as_typed(found: queries.TeamView | None) -> QueryDict:
    typed = QueryDict(mutable=True)
    if found is None:
        typed.update({"time_zone": "Asia/Shanghai", "calendar": "cn-office", "minimum": "0", "active": "on"})
        typed.setlist("languages", ["zh"])
        return typed
    typed.update(
        {
            "name": found.name,
            "manager": str(found.manager_id or ""),
            "parent": found.parent_code or "",
            "calendar": found.calendar_code,
            "time_zone": found.time_zone,
            "minimum": str(found.minimum_on_duty),
            "active": "on" if found.is_active else "",
        }
    )
    typed.setlist("languages", found.languages)
    return typed


def _draft(typed: QueryDict, *, is_new: bool) -> TeamDraft:
    return TeamDraft(
        name=typed.get("name", ""),
        manager_id=row_number(typed.get("manager", "")),
        parent_code=typed.get("parent") or None,
        calendar_code=typed.get("calendar", ""),
        time_zone=typed.get("time_zone", ""),
        languages=tuple(typed.getlist("languages")),
        minimum_on_duty=fields.number(typed.get("minimum", ""), "minimum_on_duty"),
        is_active=is_new or typed.get("active") == "on",
    )


@needs(MANAGE)
@fields.explained
def team_members(request: StaffRequest, team_code: str) -> HttpResponse:
    """Choose who is in a team."""
    found = queries.team(team_code)
    if request.method == "POST":
        chosen = row_numbers(request.POST.getlist("members"))
        own = set(row_numbers(request.POST.getlist("own")))
        members = [
            MemberDraft(id_, fields.number(request.POST.get(f"share-{id_}", "100"), "share"), id_ in own)
            for id_ in chosen
        ]
        commands.set_team_members(request.actor, team_code=team_code, members=members)
        return say(request, _("Saved."), to=reverse("team", args=[team_code]))
    present = {member.staff_id: member for member in queries.members(team_code)}
    own_teams = queries.team_of(person.id for person in queries.staff_list())
    names = {each.code: each.name for each in queries.teams(with_former=True)}
    people = sorted(queries.staff_list(), key=lambda person: person.id not in present)
    rows = [
        {
            "person": person,
            "member": present.get(person.id),
            "own_team": names.get(own_teams.get(person.id, ""), ""),
        }
        for person in people
    ]
    return render(request, "console/people/team_members.html", {"team": found, "rows": rows})


@needs(MANAGE)
@fields.explained
def abilities(request: StaffRequest, staff_id: int) -> HttpResponse:
    """Show and change what somebody can do and how much at once."""
    person, skills = queries.staff_by_id(staff_id), queries.skills()
    if request.method == "POST":
        levels = {code: fields.number(text, code) for code in skills if (text := request.POST.get(f"level-{code}", ""))}
        text = request.POST.get("capacity", "").strip()
        commands.set_abilities(
            request.actor,
            staff_id=staff_id,
            levels=levels,
            capacity=fields.number(text, "capacity") if text else None,
        )
        return say(request, _("Saved."), to=request.get_full_path())
    levels = queries.skill_levels([staff_id]).get(staff_id, {})
    facts = {
        "person": person,
        "skills": [(code, name, levels.get(code, 0)) for code, name in skills.items()],
        "levels": words.SKILL_LEVELS,
        "capacity": queries.own_capacity(staff_id),
        "default_capacity": queries.default_capacity(),
        "team": _team_of(staff_id),
    }
    return render(request, "console/people/abilities.html", facts)


def _team_of(staff_id: int) -> queries.TeamView | None:
    code = queries.team_of([staff_id]).get(staff_id)
    return queries.team(code) if code else None


@require_POST
@needs(MANAGE)
@fields.explained
def skill_add(request: StaffRequest) -> HttpResponse:
    """Add a skill that work may ask for."""
    commands.add_skill(request.actor, code=request.POST.get("code", "").strip(), name=request.POST.get("name", ""))
    return say(request, _("Added."))
