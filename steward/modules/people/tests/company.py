"""A small company for the tests of this module: four people, one team with three shifts."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.contrib.auth import get_user_model

from steward.kernel import audit
from steward.kernel.actor import Actor, system
from steward.modules.people import commands, queries
from steward.modules.people.commands import DutyDraft, ShiftDraft, TeamDraft

SETUP = system("tests")
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, ten in the morning in Shanghai
MONDAY = date(2026, 3, 2)
SHIFTS = (("early", "早班", 480, 960), ("late", "晚班", 960, 1440), ("night", "夜班", 0, 480))


def person(username: str, *roles: str) -> Actor:
    """Let somebody in (once) and return them as the actor they are."""
    known = get_user_model().objects.filter(username=username).first()
    if known is None:
        commands.create_staff(SETUP, username=username, name=username.title(), password=None, role_codes=roles)
    return queries.actor_for_staff(get_user_model().objects.get(username=username))


def number(actor: Actor) -> int:
    """Return somebody's id."""
    assert actor.staff_id is not None
    return actor.staff_id


def team(code: str = "service", **facts: object) -> int:
    """Make a team with three shifts that goes round the clock."""
    team_id = commands.save_team(SETUP, code=code, draft=TeamDraft(**({"name": code.title()} | facts)))  # type: ignore[arg-type]
    for shift, name, start, end in SHIFTS:
        draft = ShiftDraft(name=name, start_min=start, end_min=end)
        commands.save_shift(SETUP, team_code=code, code=shift, draft=draft)
    return team_id


def plan(who: Actor, *duties: tuple[str, int], code: str = "service") -> list[commands.Planned]:
    """Put somebody on shifts, each so many days after Monday."""
    drafts = [DutyDraft(number(who), shift, date.fromordinal(MONDAY.toordinal() + days)) for shift, days in duties]
    return commands.plan_duties(SETUP, team_code=code, drafts=drafts)


def kinds(limit: int = 3) -> list[str]:
    """Name what was recorded last, newest first."""
    return [row.kind for row in audit.page(limit=limit).rows]
