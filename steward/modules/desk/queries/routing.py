"""What routing reads: rules in force, weights, who works at the desk now and how much each has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max
from msgspec import Struct

from steward.modules.customers.queries.merged import families
from steward.modules.deadlines.rules import conditions
from steward.modules.desk.models import Assignment, KeyAgent, LoadWeight, RoutingRule, SkillNeed, Ticket
from steward.modules.desk.rules import routing, tickets
from steward.modules.desk.rules.routing import CASE, Need, Person, Rule, Weights, Wish
from steward.modules.people import queries as people

WORK = "tickets.work"
LATELY = timedelta(hours=12)


class Setup(Struct, frozen=True):
    """What the desk is set to: rules in force, what needs which skill, and how much of a case a ticket is."""

    rules: list[Rule]
    needs: list[Need]
    weights: dict[tuple[str, str], int]


def setup() -> Setup:
    """Read what the desk is set to."""
    return Setup(
        [rule_of(row) for row in RoutingRule.objects.filter(active=True).order_by("rank", "code")],
        [Need(*row) for row in SkillNeed.objects.values_list("fact", "value", "skill", "level")],
        {(axis, code): percent for axis, code, percent in LoadWeight.objects.values_list("axis", "code", "percent")},
    )


def rule_of(row: RoutingRule) -> Rule:
    """Read a rule as the pure rules know it."""
    return Rule(
        id=row.id,
        code=row.code,
        name=row.name,
        rank=row.rank,
        condition=conditions.parse(row.condition),
        skill=row.skill,
        level=row.level,
        team=row.team,
        team_only=row.team_only,
        weights=Weights(row.weight_previous, row.weight_team, row.weight_skill, row.weight_load),
    )


def crew(setup: Setup, *, at: datetime) -> list[Person]:
    """List everybody of a team who may work on tickets, each with why they get none now.

    On shift is who is on duty; in teams that keep no roster everybody always is. There is who is at their console.
    """
    teams = _teams()
    ids = [id_ for id_ in people.staff_with_permission(WORK) if id_ in teams]
    rostered = {one.code for one in people.teams() if one.minimum_on_duty}
    on_duty = {one.staff_id for one in people.staff_on_duty(at=at)}
    present, away = people.present_staff(at=at), people.on_leave(at=at)
    capacities, skills = people.capacities(ids), people.skill_levels(ids)
    loads, busy = loads_of(ids, setup.weights), _busy_since(ids, at)

    def standing(id_: int) -> str:
        if id_ in away:
            return "on_leave"
        if id_ not in on_duty and teams[id_] <= rostered:
            return "off_shift"
        return "" if present.get(id_) == "online" else "not_present"

    return [
        Person(
            staff_id=id_,
            capacity=capacities.get(id_, 0) * CASE,
            load=loads.get(id_, 0),
            skills=skills.get(id_, {}),
            teams=frozenset(teams[id_]),
            busy_since=busy.get(id_, 0),
            standing=standing(id_),
        )
        for id_ in ids
    ]


def _teams() -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for code, members in people.members_by_team().items():
        for staff_id, _name in members:
            found[staff_id].add(code)
    return found


def loads_of(staff_ids: Collection[int], weights: Mapping[tuple[str, str], int]) -> dict[int, int]:
    """Tell how much each of these people has. Units: hundredths of a case."""
    rows = (
        Ticket.objects.filter(owner_id__in=list(staff_ids), state__in=tickets.ACTIVE)
        .values_list("owner_id", "channel", "priority", "state")
        .annotate(count=Count("id"))
    )
    found: dict[int, int] = defaultdict(int)
    for owner_id, channel, priority, state, count in rows:
        each = routing.weight_of(weights, channel=channel, priority=priority, state=state)
        found[owner_id or 0] += each * count
    return dict(found)


def _busy_since(staff_ids: Collection[int], at: datetime) -> dict[int, int]:
    rows = Assignment.objects.filter(staff_id__in=list(staff_ids), at__gte=at - LATELY)
    latest = rows.values_list("staff_id").annotate(last=Max("at"))
    return {id_: micros(last) for id_, last in latest if id_ is not None}


def micros(at: datetime) -> int:
    """Count an instant in microseconds."""
    return int(at.timestamp() * 1_000_000)


def facts_of(row: Ticket, *, key_customer: bool) -> dict[str, Any]:
    """Say of a ticket what the conditions of routing rules may ask."""
    return {
        "category": row.category,
        "sub_reason": row.sub_reason,
        "channel": row.channel,
        "language": row.language,
        "priority": row.priority,
        "urgency": row.urgency,
        "special": row.special,
        "has_order": row.order_id is not None,
        "reopened": row.reopened > 0,
        "key_customer": key_customer,
    }


def key_agents(kin: Mapping[int, Collection[int]]) -> dict[int, int]:
    """Name who looks after which of these customers, or after somebody who is one person with them."""
    rows = KeyAgent.objects.filter(customer_id__in={id_ for ids in kin.values() for id_ in ids})
    agents = dict(rows.order_by("set_at").values_list("customer_id", "staff_id"))
    return {one: agents[id_] for one, ids in kin.items() for id_ in ids if id_ in agents}


def last_owners(kin: Mapping[int, Collection[int]], *, since: datetime) -> dict[int, int]:
    """Name who last worked for which of these customers, or for somebody who is one person with them."""
    rows = (
        Ticket.objects.filter(
            customer_id__in={id_ for ids in kin.values() for id_ in ids}, owner_id__isnull=False, heard_at__gte=since
        )
        .order_by("customer_id", "-heard_at", "-id")
        .distinct("customer_id")
    )
    told = rows.values_list("customer_id", "heard_at", "owner_id")
    heard = {customer_id or 0: (at, owner_id or 0) for customer_id, at, owner_id in told}
    known = {one: [heard[id_] for id_ in ids if id_ in heard] for one, ids in kin.items()}
    return {one: max(found)[1] for one, found in known.items() if found}


def wishes_of(
    rows: Iterable[Ticket],
    setup: Setup,
    crew_: Iterable[Person],
    *,
    since: datetime,
    avoid: Mapping[int, int] | None = None,
) -> list[Wish]:
    """Say what tickets ask for, in their order; `avoid` names who just gave one back."""
    rows, avoided = list(rows), avoid or {}
    held = {skill for person in crew_ for skill in person.skills}
    kin = families(row.customer_id for row in rows if row.customer_id is not None)
    keys, lasts = key_agents(kin), last_owners(kin, since=since)
    return [_wish(row, setup, held, keys, lasts, avoided.get(row.id)) for row in rows]


def _wish(
    row: Ticket,
    setup: Setup,
    held: Collection[str],
    keys: Mapping[int, int],
    lasts: Mapping[int, int],
    avoid: int | None,
) -> Wish:
    key = keys.get(row.customer_id or 0)
    facts = facts_of(row, key_customer=key is not None)
    rule = routing.rule_for(setup.rules, facts)
    return Wish(
        ticket_id=row.id,
        weight=routing.weight_of(setup.weights, channel=row.channel, priority=row.priority, state=row.state),
        needs=routing.needs_of(setup.needs, rule, facts, held),
        team=rule.team if rule else "",
        team_only=rule.team_only if rule else False,
        weights=rule.weights if rule else Weights(),
        key_agent=key,
        previous=row.first_owner_id or lasts.get(row.customer_id or 0),
        avoid=avoid,
        rule_id=rule.id if rule else None,
    )


class AssignmentView(Struct, frozen=True):
    """Why a ticket went to somebody, or to nobody yet."""

    at: datetime
    how: str
    why: str
    staff_id: int | None
    before_id: int | None
    rule: str | None
    needs: list[str]
    weight: int
    load: int | None
    capacity: int | None
    rejected: dict[str, int]


def assignments(ticket_id: int) -> list[AssignmentView]:
    """List how a ticket was routed, newest first."""
    rows = Assignment.objects.filter(ticket_id=ticket_id).order_by("-id")
    names = (
        "at",
        "how",
        "why",
        "staff_id",
        "before_id",
        "rule_name",
        "needs",
        "weight",
        "load",
        "capacity",
        "rejected",
    )
    return [AssignmentView(*row) for row in rows.annotate(rule_name=F("rule__name")).values_list(*names)]
