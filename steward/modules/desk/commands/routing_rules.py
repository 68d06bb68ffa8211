"""Change how tickets are given out: rules with versions, what needs which skill, weights, agents of key customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct, structs

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.rules import conditions
from steward.modules.desk.commands.key_agents import note_changes
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.commands.owning import NEEDS as WORK
from steward.modules.desk.commands.owning import NobodyToTakeIt
from steward.modules.desk.events import LoadWeightSet, RoutingRuleSet, SkillNeedSet
from steward.modules.desk.models import KeyAgent, LoadWeight, RoutingRule, SkillNeed
from steward.modules.desk.rules import routing
from steward.modules.people import queries as people

NEEDS = "settings.desk"
LONGEST_RANK, MOST_PERCENT = 999, 500
WEIGHTS = ("weight_previous", "weight_team", "weight_skill", "weight_load")


class LastRule(errors.Refusal):
    """Refuse to take away the only rule."""

    code = "last_rule"
    status = 409
    message = _("One rule has to stay: it says what counts for all other tickets.")


class RuleDraft(Struct, frozen=True, kw_only=True):
    """A rule as it is written. `condition` is a list of tests of facts; the weights are 0–100."""

    name: str
    rank: int = 100
    condition: Sequence[Mapping[str, Any]] = ()
    skill: str = ""
    level: int = 1
    team: str = ""
    team_only: bool = False
    weight_previous: int = 60
    weight_team: int = 40
    weight_skill: int = 10
    weight_load: int = 100


@command(needs=NEEDS)
def save_rule(actor: Actor, *, code: str, draft: RuleDraft, reason: str, seen_version: int) -> int:
    """Put a rule in force as a new version; `seen_version` 0 is a new rule. Returns the id of the version.

    Raises: BadInput with every finding, ReasonNeeded, Stale. Emits: RoutingRuleSet. Locks: the rule.
    """
    if not reason.strip():
        raise ReasonNeeded
    if findings := _findings(draft):
        raise errors.BadInput(findings)
    versions = RoutingRule.objects.select_for_update().filter(code=code)
    old = versions.filter(active=True).first()
    if (old.version if old else 0) != seen_version:
        raise errors.Stale
    version = (max(versions.values_list("version", flat=True), default=0)) + 1
    versions.filter(active=True).update(active=False)
    facts = structs.asdict(draft) | {"name": draft.name.strip(), "condition": [dict(one) for one in draft.condition]}
    row = RoutingRule.objects.create(code=code, version=version, set_by=actor.id, reason=reason.strip()[:400], **facts)
    _announce(actor, row)
    return row.id


@command(needs=NEEDS)
def retire_rule(actor: Actor, *, code: str, reason: str) -> None:
    """Take a rule out of force. Raises: NotFound, ReasonNeeded, LastRule. Emits: RoutingRuleSet. Locks: the rules."""
    if not reason.strip():
        raise ReasonNeeded
    rows = {row.code: row for row in RoutingRule.objects.select_for_update().filter(active=True).order_by("id")}
    if code not in rows:
        raise errors.NotFound(key=code)
    if len(rows) == 1:
        raise LastRule
    row = rows[code]
    row.active, row.reason = False, reason.strip()[:400]
    row.save(update_fields=["active", "reason"])
    _announce(actor, row)


def _announce(actor: Actor, row: RoutingRule) -> None:
    told = RoutingRuleSet(
        routing_rule_id=row.id, code=row.code, version=row.version, active=row.active, reason=row.reason
    )
    events.record(actor, [told])


def _findings(draft: RuleDraft) -> list[dict[str, str]]:
    """Collect all that is wrong with a rule."""
    skills, teams = people.skills(), {one.code for one in people.teams()}
    checks = (
        ("name", 0 < len(draft.name.strip()) <= 80, _("Give it a name of at most 80 characters.")),
        ("rank", 1 <= draft.rank <= LONGEST_RANK, _("Give a place between 1 and 999.")),
        ("condition", _is_condition(draft.condition), _("Choose facts of the list and values that fit them.")),
        ("skill", not draft.skill or draft.skill in skills, _("Choose a skill of the list.")),
        ("level", 1 <= draft.level <= routing.BEST, _("Choose a level from 1 to 5.")),
        ("team", not draft.team or draft.team in teams, _("Choose a team of the list.")),
        ("team_only", bool(draft.team) or not draft.team_only, _("Name the team that alone gets these tickets.")),
        *(
            (name, _is_weight(draft, name), _("Give a weight between 0 and 100; the load at least 1."))
            for name in WEIGHTS
        ),
    )
    return [{"field": field, "code": "unfit", "message": str(message)} for field, fits, message in checks if not fits]


def _is_weight(draft: RuleDraft, name: str) -> bool:
    weight: int = getattr(draft, name)
    return (1 if name == "weight_load" else 0) <= weight <= 100


def _is_condition(condition: Sequence[Mapping[str, Any]]) -> bool:
    try:
        tests = conditions.parse([dict(one) for one in condition])
    except conditions.BadCondition:
        return False
    return all(test.fact in routing.RULE_FACTS for test in tests)


@command(needs=NEEDS)
def set_need(actor: Actor, *, fact: str, value: str, skill: str, level: int) -> None:
    """Let tickets with a fact ask for a skill, at least so good; level 0 takes that back.

    Raises: BadInput. Emits: SkillNeedSet.
    """
    fits = fact in routing.NEED_FACTS and 0 < len(value.strip()) <= 60 and 0 <= level <= routing.BEST
    if not fits or skill not in people.skills():
        message = str(_("Choose a fact, its value, a skill of the list and a level from 1 to 5."))
        raise errors.BadInput([{"field": "skill", "code": "unfit", "message": message}])
    named: dict[str, Any] = {"fact": fact, "value": value.strip(), "skill": skill}
    old = SkillNeed.objects.select_for_update().filter(**named).first()
    if level == 0:
        if old is None:
            return
        id_ = old.id
        old.delete()
    else:
        id_ = SkillNeed.objects.update_or_create(**named, defaults={"level": level})[0].id
    events.record(actor, [SkillNeedSet(skill_need_id=id_, level=level, **named)])


@command(needs=NEEDS)
def set_weights(actor: Actor, *, percents: Mapping[tuple[str, str], int]) -> int:
    """Set how much of a case tickets are, by (axis, code); what is not named stays. Returns how many changed.

    Units: percent. Raises: BadInput. Emits: LoadWeightSet. Locks: the weights, by id.
    """
    if any(axis not in routing.AXES or not 0 <= percent <= MOST_PERCENT for (axis, _code), percent in percents.items()):
        message = str(_("Give percentages between 0 and 500."))
        raise errors.BadInput([{"field": "percent", "code": "unfit", "message": message}])
    rows = {(row.axis, row.code): row for row in LoadWeight.objects.select_for_update().order_by("id")}
    told = []
    for key, percent in percents.items():
        row = rows.get(key) or LoadWeight.objects.create(axis=key[0], code=key[1][:20], percent=routing.CASE)
        if row.percent != percent:
            told.append(
                LoadWeightSet(load_weight_id=row.id, axis=row.axis, code=row.code, before=row.percent, after=percent)
            )
            row.percent = percent
            row.save(update_fields=["percent"])
    events.record(actor, told)
    return len(told)


@command(needs="tickets.manage")
def set_key_agent(actor: Actor, *, customer_id: int, staff_id: int | None, note: str, now: datetime) -> None:
    """Let somebody look after a key customer, or nobody in particular (None).

    Raises: NotFound, NobodyToTakeIt. Emits: KeyAgentSet. Locks: the row.
    """
    if staff_id is not None and staff_id not in people.staff_with_permission(WORK):
        raise NobodyToTakeIt
    old = KeyAgent.objects.select_for_update().filter(customer_id=customer_id).first()
    before = old.staff_id if old else None
    if staff_id is None:
        KeyAgent.objects.filter(customer_id=customer_id).delete()
    else:
        facts = {"staff_id": staff_id, "note": note.strip()[:200], "set_by": actor.id, "set_at": now}
        KeyAgent.objects.update_or_create(customer_id=customer_id, defaults=facts)
    if before != staff_id:
        note_changes(actor, {customer_id: before}, staff_id, now)
