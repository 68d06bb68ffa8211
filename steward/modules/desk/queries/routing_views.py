"""How tickets are given out, as the editor shows it, and where one ticket would go and why."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from msgspec import Struct

from steward.kernel import errors
from steward.modules.desk.models import Assignment, KeyAgent, LoadWeight, RoutingRule, SkillNeed, Ticket
from steward.modules.desk.queries import routing as queries
from steward.modules.desk.queries import routing_words
from steward.modules.desk.queries.names import staff_names
from steward.modules.desk.rules import routing
from steward.modules.desk.rules.routing import Rule, Wish
from steward.modules.people import queries as people

MONTH = timedelta(days=30)


class RuleView(Struct, frozen=True):
    """A rule in force. `used`: how many tickets went by it in the last thirty days."""

    code: str
    version: int
    name: str
    rank: int
    condition: list[dict[str, Any]]
    skill: str
    level: int
    team: str
    team_only: bool
    weight_previous: int
    weight_team: int
    weight_skill: int
    weight_load: int
    set_at: datetime
    set_by: str
    reason: str
    used: int = 0


class NeedView(Struct, frozen=True):
    """A fact that asks for a skill. `holders`: how many at the desk have it so well."""

    fact: str
    value: str
    skill: str
    skill_name: str
    level: int
    holders: int


class Candidate(Struct, frozen=True):
    """Somebody a ticket could go to. `reason` says why not, "" where they can. Units: hundredths of a case."""

    staff_id: int
    name: str
    reason: str
    score: int
    load: int
    capacity: int
    level: int | None
    chosen: bool


class Preview(Struct, frozen=True):
    """Where a ticket would go now, and why."""

    rule: Rule | None
    wish: Wish
    staff_id: int | None
    name: str
    why: str
    candidates: list[Candidate]


def rule_views(*, at: datetime) -> list[RuleView]:
    """List the rules in force in the order in which they are asked."""
    used: Counter[int | None] = Counter(
        dict(
            Assignment.objects.filter(at__gte=at - MONTH, how="routed")
            .values_list("rule_id")
            .annotate(count=Count("id"))
        )
    )
    names = [name for name in RuleView.__struct_fields__ if name != "used"]
    rows = RoutingRule.objects.filter(active=True).order_by("rank", "code").values_list(*names, "id")
    return [RuleView(*(*row[:-1], used[row[-1]])) for row in rows]


def need_views() -> list[NeedView]:
    """List which fact asks for which skill, and how many can do it."""
    levels = people.skill_levels(people.staff_with_permission(queries.WORK)).values()
    names = people.skills()
    known = {**routing_words.SKILLS, **names}
    rows = SkillNeed.objects.order_by("fact", "value", "skill").values_list("fact", "value", "skill", "level")
    return [
        NeedView(
            fact, value, skill, str(known.get(skill, skill)), level, sum(one.get(skill, 0) >= level for one in levels)
        )
        for fact, value, skill, level in rows
    ]


def weight_views() -> dict[str, dict[str, int]]:
    """Tell how much of a case tickets are, by axis and code. Units: percent."""
    found: dict[str, dict[str, int]] = {axis: {} for axis in routing.AXES}
    for axis, code, percent in LoadWeight.objects.order_by("id").values_list("axis", "code", "percent"):
        found[axis][code] = percent
    return found


def key_agent_of(customer_id: int) -> int | None:
    """Name who looks after a customer."""
    return KeyAgent.objects.filter(customer_id=customer_id).values_list("staff_id", flat=True).first()


def preview(ticket_id: int, *, at: datetime) -> Preview:
    """Tell where a ticket would go if nobody had it, with everybody who would not get it and why. Raises: NotFound."""
    row = Ticket.objects.filter(id=ticket_id).first()
    if row is None:
        raise errors.NotFound(key=ticket_id)
    return _preview(row, at)


def preview_of(facts: dict[str, str], *, at: datetime) -> Preview:
    """Tell where a ticket with these facts would go (channel, category, sub_reason, language, priority, urgency)."""
    row = Ticket(
        id=0,
        state="new",
        channel=facts.get("channel") or "chat",
        category=facts.get("category", ""),
        sub_reason=facts.get("sub_reason", ""),
        language=facts.get("language", ""),
        priority=facts.get("priority") or "normal",
        urgency=facts.get("urgency") or "normal",
    )
    return _preview(row, at)


def _preview(row: Ticket, at: datetime) -> Preview:
    setup = queries.setup()
    crew = queries.crew(setup, at=at)
    (wish,) = queries.wishes_of([row], setup, crew, since=at - MONTH)
    (choice,) = routing.decide([wish], crew, at=queries.micros(at))
    names = staff_names({person.staff_id for person in crew})
    candidates = [
        Candidate(
            staff_id=person.staff_id,
            name=names.get(person.staff_id, ""),
            reason=(reason := routing.unfit(wish, person)),
            score=0 if reason else routing.score(wish, person),
            load=person.load,
            capacity=person.capacity,
            level=min((person.skills.get(skill, 0) for skill in wish.needs), default=None),
            chosen=person.staff_id == choice.staff_id,
        )
        for person in crew
    ]
    candidates.sort(key=lambda one: (not one.chosen, bool(one.reason), -one.score, one.staff_id))
    return Preview(
        rule=next((rule for rule in setup.rules if rule.id == wish.rule_id), None),
        wish=wish,
        staff_id=choice.staff_id,
        name=names.get(choice.staff_id or 0, ""),
        why=choice.why,
        candidates=candidates,
    )
