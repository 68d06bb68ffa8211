"""Write down what to do when a queue surges."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from msgspec import Struct, to_builtins

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.incidents.events import SurgePlanSet
from steward.modules.incidents.models import SurgePlan
from steward.modules.incidents.rules import surges as rules
from steward.modules.people import queries as people

NEEDS = "incidents.plans"


class UnfitPlan(errors.Refusal):
    """Refuse a plan of which a part cannot be."""

    code = "unfit_surge_plan"
    status = 422
    message = _("%(part)s of the plan cannot be so: look at it again.")


PARTS: dict[str, Any] = {
    "actions": _("What is done"),
    "percent": _("The percentage"),
    "trigger": _("When it begins"),
    "calm_below": _("When it ends"),
    "queue": _("The queue"),
    "team": _("The team"),
    "name": _("The name"),
}


class PlanDraft(Struct, frozen=True, kw_only=True):
    """What a plan says; `trigger` and `actions` as `rules.surges` reads them."""

    name: str
    queue: str
    by_rule: bool
    trigger: dict[str, Any]
    actions: list[dict[str, Any]]


@command(needs=NEEDS)
def save_plan(actor: Actor, *, code: str, draft: PlanDraft, reason: str, seen_version: int = 0) -> int:
    """Put a plan, or a new version of it, in force; a surge that is on goes on by the version it began with.

    `seen_version` is the version the writer saw (0: a new plan). Returns the version in force.
    Raises: UnfitPlan, Stale. Emits: SurgePlanSet.
    """
    try:
        trigger, actions = rules.parse_trigger(draft.trigger), rules.parse_actions(draft.actions)
    except rules.BadPlan as error:
        raise UnfitPlan(part=PARTS[str(error)]) from error
    if draft.queue not in rules.QUEUES:
        raise UnfitPlan(part=PARTS["queue"])
    if not draft.name.strip() or len(draft.name) > 120:
        raise UnfitPlan(part=PARTS["name"])
    known_teams = {one.code for one in people.teams()}
    if any(isinstance(one, rules.CallIn) and one.team not in known_teams for one in actions):
        raise UnfitPlan(part=PARTS["team"])
    values = {"name": draft.name.strip(), "queue": draft.queue, "by_rule": draft.by_rule}
    row = _replaced(
        actor, code, seen_version, reason, values | {"trigger": to_builtins(trigger), "actions": to_builtins(actions)}
    )
    _tell(actor, row, reason)
    return row.version


def _replaced(actor: Actor, code: str, seen_version: int, reason: str, values: dict[str, Any]) -> SurgePlan:
    """Take the version in force out of force and write the next. Raises: Stale."""
    before = SurgePlan.objects.select_for_update().filter(code=code, active=True).first()
    if (before.version if before else 0) != seen_version:
        raise errors.Stale
    last = SurgePlan.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    SurgePlan.objects.filter(code=code, active=True).update(active=False)
    try:
        with transaction.atomic():
            return SurgePlan.objects.create(code=code, version=last + 1, set_by=actor.id, reason=reason, **values)
    except IntegrityError as error:  # the same new plan was written by somebody else in this moment
        raise errors.Stale from error


@command(needs=NEEDS)
def retire_plan(actor: Actor, *, code: str, reason: str) -> None:
    """Take a plan out of force; its surges stay in the history. Raises: NotFound. Emits: SurgePlanSet."""
    row = SurgePlan.objects.select_for_update().filter(code=code, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    SurgePlan.objects.filter(id=row.id).update(active=False)
    row.active = False
    _tell(actor, row, reason)


def _tell(actor: Actor, row: SurgePlan, reason: str) -> None:
    told = SurgePlanSet(surge_plan_id=row.id, code=row.code, version=row.version, active=row.active, reason=reason)
    events.record(actor, [told])
