"""The roster: who is on duty when, week by week, and where too few are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.interfaces.console.people import fields, strips
from steward.kernel import moment
from steward.modules.people import commands, queries
from steward.modules.people.commands import DutyDraft, Planned, ShiftDraft
from steward.modules.people.queries import words
from steward.modules.people.rules import staffing
from steward.modules.people.rules.calendars import instant

PLAN = "people.roster"
DAYS = 7
MOST_DAYS_AT_ONCE = 31


@require_GET
@needs("people.view")
def roster(request: StaffRequest) -> HttpResponse:
    """Show a week of one team as a grid of people and days, with what is uncovered."""
    teams = [team for team in queries.teams() if queries.shifts(team.code)]
    wanted = request.GET.get("team") or queries.team_of([request.actor.staff_id or 0]).get(request.actor.staff_id or 0)
    team = next((each for each in teams if each.code == wanted), teams[0] if teams else None)
    if team is None:
        return render(request, "console/people/roster.html", {"teams": []})
    now = moment.now()
    today = now.astimezone(ZoneInfo(team.time_zone)).date()
    first = fields.monday(fields.find_day(request.GET.get("week", "")) or today)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    duties = queries.team_duties(team.code, first=days[0], last=days[-1])
    chosen = next((duty for duty in duties if duty.id == row_number(request.GET.get("duty", ""))), None)
    facts = {
        "teams": teams,
        "team": team,
        "days": [_day(team, day, today) for day in days],
        "rows": _rows(team, days, duties, now),
        "shifts": queries.shifts(team.code),
        "first": days[0],
        "last": days[-1],
        "before": first - timedelta(days=DAYS),
        "after": first + timedelta(days=DAYS),
        "is_this_week": first == fields.monday(today),
        "rotations": queries.rotations(team.code),
        "chosen": chosen,
        "chosen_on": fields.find_day(request.GET.get("on", "")),
        "chosen_staff": row_number(request.GET.get("staff", "")),
        "members": queries.members_by_team().get(team.code, []),
        "now": now,
    }
    return render(request, "console/people/roster.html", facts)


def _day(team: queries.TeamView, day: date, today: date) -> dict[str, Any]:
    """Describe one column: its name, what is uncovered, and a strip of its 24 hours."""
    start = instant(day, 0, team.time_zone)
    end = instant(day + timedelta(days=1), 0, team.time_zone)
    gaps = queries.coverage_gaps(team.code, start=start, end=end)
    zone = ZoneInfo(team.time_zone)
    return {
        "date": day,
        "weekday": words.WEEKDAYS[day.weekday()],
        "is_today": day == today,
        "is_weekend": day.weekday() >= 5,
        "gaps": [
            {
                "from": gap.starts_at.astimezone(zone),
                "until": _until(gap.ends_at, end, zone),
                "missing": gap.wanted - gap.present,
            }
            for gap in gaps
        ],
        "strip": strips.strip(start, end, queries.open_hours(team.calendar_code, start=start, end=end), gaps),
    }


def _until(at: datetime, end_of_day: datetime, zone: ZoneInfo) -> str:
    return "24:00" if at == end_of_day else f"{at.astimezone(zone):%H:%M}"


def _rows(
    team: queries.TeamView, days: Sequence[date], duties: Sequence[queries.DutyView], now: datetime
) -> list[dict[str, Any]]:
    """Lay the duties out: one row per person, one cell per day."""
    cells: dict[tuple[int, date], list[queries.DutyView]] = defaultdict(list)
    names = dict(queries.members_by_team().get(team.code, []))
    for duty in duties:
        cells[duty.staff_id, duty.on_date].append(duty)
        names.setdefault(duty.staff_id, duty.name)
    start, end = instant(days[0], 0, team.time_zone), instant(days[-1] + timedelta(days=1), 0, team.time_zone)
    away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for leave in queries.leaves(states=("approved",), ends_after=start, starts_before=end):
        away[leave.staff_id].append((leave.starts_at, leave.ends_at))
    noon = 12 * 60
    present = queries.present_staff(at=now)
    return [
        {
            "staff_id": staff_id,
            "name": name,
            "presence": present.get(staff_id, "offline"),
            "cells": [
                {
                    "date": day,
                    "duties": cells.get((staff_id, day), []),
                    "on_leave": any(
                        since <= instant(day, noon, team.time_zone) < until for since, until in away[staff_id]
                    ),
                }
                for day in days
            ],
        }
        for staff_id, name in sorted(names.items(), key=lambda item: (item[1], item[0]))
    ]


@require_POST
@needs(PLAN)
@fields.explained
def duty_plan(request: StaffRequest, team_code: str) -> HttpResponse:
    """Put somebody on a shift, for one day or each of some days in a row."""
    typed = request.POST
    staff_id = fields.person(typed.get("staff", ""), "staff")
    first = fields.day(typed.get("first", ""), "first")
    last = fields.find_day(typed.get("last", "")) or first
    days = min(max((last - first).days + 1, 1), MOST_DAYS_AT_ONCE)
    drafts = [DutyDraft(staff_id, typed.get("shift", ""), first + timedelta(days=number)) for number in range(days)]
    answers = commands.plan_duties(request.actor, team_code=team_code, drafts=drafts)
    text, tone = told(answers)
    return say(request, text, tone=tone, to=f"{reverse('roster')}?team={team_code}&week={first.isoformat()}")


def told(answers: Sequence[Planned]) -> tuple[str, Any]:
    """Say what became of duties, and how good that is."""
    counts = Counter(answer.outcome for answer in answers)
    planned = counts.pop("planned", 0)
    text = ngettext("%(count)s duty planned.", "%(count)s duties planned.", planned) % {"count": planned}
    reasons = [f"{words.OUTCOMES[outcome]}: {number}" for outcome, number in sorted(counts.items())]
    if reasons:
        not_planned = _("Not planned")
        text = f"{text} {not_planned} – {', '.join(reasons)}"
    return text, "warning" if set(counts) - {"exists"} else "success"


@require_POST
@needs(PLAN)
def duty_cancel(request: StaffRequest) -> HttpResponse:
    """Take people off duties."""
    ids = row_numbers(request.POST.getlist("duty"))
    reason = request.POST.get("reason", "").strip()[:200]
    count = commands.cancel_duties(request.actor, duty_ids=ids, reason=reason, now=moment.now())
    text = ngettext("%(count)s duty cancelled.", "%(count)s duties cancelled.", count) % {"count": count}
    return say(request, text, tone="success" if count else "warning", to=request.POST.get("next", ""))


@require_POST
@needs(PLAN)
@fields.explained
def shift_save(request: StaffRequest, team_code: str) -> HttpResponse:
    """Make or change a shift template."""
    typed = request.POST
    draft = ShiftDraft(
        name=typed.get("name", ""),
        start_min=fields.minute(typed.get("start", ""), "start"),
        end_min=fields.minute(typed.get("end", ""), "end"),
        tone=typed.get("tone", staffing.SHIFT_TONES[0]),
        is_active=typed.get("active") == "on",
    )
    commands.save_shift(request.actor, team_code=team_code, code=typed.get("code", "").strip(), draft=draft)
    return say(request, _("Saved. Duties that stand already keep their times."))


@needs(PLAN)
@fields.explained
def rotation_edit(request: StaffRequest, team_code: str) -> HttpResponse:
    """Show and change the pattern of a team."""
    team = queries.team(team_code)
    found = next((each for each in queries.rotations(team_code)), None)
    if request.method == "POST":
        typed = request.POST
        pattern = [
            " ".join(part.split()).strip("-–") for part in typed.get("pattern", "").replace("，", ",").split(",")
        ]
        members = {
            staff_id: fields.number(text, "members")
            for staff_id, _name in queries.members_by_team().get(team_code, [])
            if (text := typed.get(f"ahead-{staff_id}", "").strip())
        }
        commands.save_rotation(
            request.actor,
            team_code=team_code,
            code=found.code if found else "pattern",
            name=typed.get("name", ""),
            pattern=pattern,
            anchor_date=fields.day(typed.get("anchor", ""), "anchor"),
            members=members,
        )
        return say(request, _("Saved. Plan some weeks with it now."), to=reverse("team", args=[team_code]))
    ahead = {staff_id: days for staff_id, _name, days in found.members} if found else {}
    facts = {
        "team": team,
        "rotation": found,
        "pattern": ", ".join(shift or "-" for shift in found.pattern) if found else "",
        "shifts": queries.shifts(team_code),
        "members": [(id_, name, ahead.get(id_)) for id_, name in queries.members_by_team().get(team_code, [])],
        "today": fields.monday(moment.now().date()),
    }
    return render(request, "console/people/rotation.html", facts)


@require_POST
@needs(PLAN)
@fields.explained
def rotation_apply(request: StaffRequest, team_code: str) -> HttpResponse:
    """Plan weeks ahead with a pattern."""
    typed = request.POST
    first, last = fields.day(typed.get("first", ""), "first"), fields.day(typed.get("last", ""), "last")
    answers = commands.apply_rotation(
        request.actor, team_code=team_code, code=typed.get("rotation", ""), first=first, last=last
    )
    text, tone = told(answers)
    return say(request, text, tone=tone, to=f"{reverse('roster')}?team={team_code}&week={first.isoformat()}")
