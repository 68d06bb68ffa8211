"""On-call: who takes what cannot wait now, whose turn comes next, and who takes over for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_numbers
from steward.interfaces.console.notices import say
from steward.interfaces.console.people import fields
from steward.kernel import moment
from steward.modules.people import commands, queries
from steward.modules.people.queries import words
from steward.modules.people.rules.calendars import written_time

TURNS_SHOWN = 4


@require_GET
@needs("people.view")
def on_call(request: StaffRequest) -> HttpResponse:
    """Show who is on call now per team, the turns that follow and the overrides."""
    now = moment.now()
    present = queries.present_staff(at=now)
    members = queries.members_by_team()
    cards: list[dict[str, Any]] = []
    for team in queries.teams():
        turns = queries.on_call_turns(team.code)
        coming = _coming(team.code, now) if turns else []
        cards.append(
            {
                "team": team,
                "turns": turns,
                "handover": written_time(turns.handover_min) if turns else "09:00",
                "coming": coming,
                "present": {id_: present.get(id_, "offline") for turn in coming for id_ in _ids(turn)},
                "members": members.get(team.code, []),
                "positions": [id_ for id_, _name in turns.members] if turns else [],
            }
        )
    ids = {id_ for card in cards for turn in card["coming"] for id_ in _ids(turn)}
    shown = [card for card in cards if card["turns"] or request.actor.may("people.roster")]
    facts = {
        "cards": sorted(shown, key=lambda card: card["turns"] is None),
        "names": {id_: contact.name for id_, contact in queries.staff_contact(ids).items()},
        "overrides": queries.overrides(now=now),
        "team_names": {team.code: team.name for team in queries.teams()},
        "tiers": words.TIERS,
        "today": fields.monday(now.date()),
    }
    return render(request, "console/people/on_call.html", facts)


def _coming(code: str, now: Any) -> list[queries.OnCall]:
    """List the present turn and those that follow, as they stand now."""
    found: list[queries.OnCall] = []
    at = now
    for _number in range(TURNS_SHOWN):
        turn = queries.on_call(code, at=at)
        if turn is None:
            break
        found.append(turn)
        at = turn.until + timedelta(minutes=1)
    return found


def _ids(turn: queries.OnCall) -> list[int]:
    return [id_ for id_ in (turn.primary_id, turn.secondary_id) if id_]


@require_POST
@needs("people.roster")
@fields.explained
def turns_save(request: StaffRequest, team_code: str) -> HttpResponse:
    """Set whose turn follows whose."""
    typed = request.POST
    places = {id_: typed.get(f"place-{id_}", "").strip() for id_, _name in queries.members_by_team().get(team_code, [])}
    placed = sorted((fields.number(text, "staff_ids"), id_) for id_, text in places.items() if text)
    commands.save_on_call(
        request.actor,
        team_code=team_code,
        staff_ids=[id_ for _place, id_ in placed],
        anchor_date=fields.day(typed.get("anchor", ""), "anchor_date"),
        period_days=fields.number(typed.get("period", ""), "period_days"),
        handover_min=fields.minute(typed.get("handover", ""), "handover"),
    )
    return say(request, _("Saved."))


@require_POST
@needs("people.roster")
@fields.explained
def override_add(request: StaffRequest, team_code: str) -> HttpResponse:
    """Let somebody take over for a while."""
    typed, zone = request.POST, queries.team(team_code).time_zone
    commands.override_on_call(
        request.actor,
        team_code=team_code,
        tier=typed.get("tier", ""),
        staff_id=fields.person(typed.get("staff", ""), "staff"),
        starts_at=fields.instant(typed.get("starts", ""), "starts_at", zone),
        ends_at=fields.instant(typed.get("ends", ""), "ends_at", zone),
        reason=typed.get("reason", ""),
    )
    return say(request, _("Saved."))


@require_POST
@needs("people.roster")
def override_cancel(request: StaffRequest) -> HttpResponse:
    """Let the turns count again."""
    for override_id in row_numbers([request.POST.get("override", "")]):
        commands.cancel_override(request.actor, override_id=override_id, now=moment.now())
    return say(request, _("The turns count again."))
