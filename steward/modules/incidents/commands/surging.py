"""Switch surge mode on and off, by hand or by rule; whatever a surge changes is a row and is undone at its end."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.incidents.commands.actions import carry_out, note_done, postpone_low, run_hurried, undo
from steward.modules.incidents.events import SurgeEnded, SurgeStarted
from steward.modules.incidents.models import Surge, SurgePlan
from steward.modules.incidents.queries.loads import load_of
from steward.modules.incidents.rules import surges as rules
from steward.modules.incidents.rules.queueing import Load

NEEDS = "incidents.surge"
SYSTEM = system("incidents")


class AlreadySurging(errors.Refusal):
    """Refuse a second surge of one queue."""

    code = "already_surging"
    status = 409
    message = _("Surge mode is on for this queue already. End it first, then switch on the other plan.")


class ReasonMissing(errors.Refusal):
    """Refuse to change how everybody works without saying why."""

    code = "surge_reason_missing"
    status = 422
    message = _("Say why, so that everybody knows.")


@command(needs=NEEDS)
def start_surge(actor: Actor, *, plan_code: str, reason: str, now: datetime) -> int:
    """Switch a plan on by hand. Returns the surge's id.

    Raises: NotFound, AlreadySurging, ReasonMissing. Emits: SurgeStarted and what its actions emit.
    """
    if not reason.strip():
        raise ReasonMissing
    plan = SurgePlan.objects.filter(code=plan_code, active=True).first()
    if plan is None:
        raise errors.NotFound(key=plan_code)
    surge = _begin(actor, plan, load_of(plan.queue, now=now), "hand", reason.strip(), now)
    if surge is None:
        raise AlreadySurging
    return surge.id


@command(needs=NEEDS)
def end_surge(actor: Actor, *, surge_id: int, reason: str, now: datetime) -> None:
    """End a surge by hand: what it changed is undone. Ended already: nothing happens.

    Raises: NotFound, ReasonMissing. Emits: SurgeEnded and what the undoing emits. Locks: the surge.
    """
    if not reason.strip():
        raise ReasonMissing
    if not Surge.objects.filter(id=surge_id).exists():
        raise errors.NotFound(key=surge_id)
    surge = Surge.objects.select_for_update().select_related("plan").filter(id=surge_id, state="active").first()
    if surge is not None:
        _finish(actor, surge, reason.strip(), now)


@command(needs="incidents.watch")
def judge_queue(actor: Actor, *, queue: str, now: datetime) -> str:
    """Let a queue's load decide: begin by rule, go on, or end once it was calm.

    Going on, it postpones what came since and lets run what was made more urgent.
    Returns started, ended, on or an empty text. Locks: the surge.
    """
    load = load_of(queue, now=now)
    surge = Surge.objects.select_for_update().select_related("plan").filter(queue=queue, state="active").first()
    if surge is not None:
        return _go_on(actor, surge, load, now)
    for plan in SurgePlan.objects.filter(queue=queue, active=True, by_rule=True).order_by("code"):
        why = rules.reached(rules.parse_trigger(plan.trigger), load)
        if why and _begin(actor, plan, load, why, "", now):
            return "started"
    return ""


def _begin(actor: Actor, plan: SurgePlan, load: Load, why: str, reason: str, now: datetime) -> Surge | None:
    """Write the surge and carry its plan out; None where one is on. The changes are made by the system, on its word."""
    figures = {
        "waiting": load.waiting,
        "arriving_per_hour": round(load.arriving_per_hour, 1),
        "each_per_hour": round(load.each_per_hour, 1),
        "people": load.people,
    }
    try:
        with transaction.atomic():
            surge = Surge.objects.create(
                plan=plan,
                queue=plan.queue,
                why=why,
                reason=reason,
                figures=figures,
                most_waiting=load.waiting,
                started_at=now,
                started_by=actor.id,
            )
    except IntegrityError:  # the database keeps one surge per queue; whoever came first has switched it on
        return None
    carry_out(SYSTEM, surge, rules.parse_actions(plan.actions), now)
    told = SurgeStarted(
        surge_id=surge.id, queue=plan.queue, plan=plan.code, why=why, waiting=load.waiting, reason=reason
    )
    events.record(actor, [told])
    return surge


def _go_on(actor: Actor, surge: Surge, load: Load, now: datetime) -> str:
    trigger = rules.parse_trigger(surge.plan.trigger)
    calm = rules.calm_since(trigger, load, surge.calm_since, now)
    surge.calm_since, surge.most_waiting = calm, max(surge.most_waiting, load.waiting)
    surge.save(update_fields=["calm_since", "most_waiting"])
    # What a person has switched on, a person switches off.
    if surge.why != "hand" and rules.is_over(trigger, calm, now):
        _finish(actor, surge, "", now)
        return "ended"
    note_done(surge, now)
    run_hurried(SYSTEM, surge, now)
    if any(isinstance(one, rules.PostponeLow) for one in rules.parse_actions(surge.plan.actions)):
        postpone_low(SYSTEM, surge, now)
    return "on"


def _finish(actor: Actor, surge: Surge, reason: str, now: datetime) -> None:
    undone, left = undo(SYSTEM, surge, now)
    Surge.objects.filter(id=surge.id).update(state="ended", ended_at=now, ended_by=actor.id, end_reason=reason)
    told = SurgeEnded(
        surge_id=surge.id, queue=surge.queue, plan=surge.plan.code, undone=undone, left=left, reason=reason
    )
    events.record(actor, [told])
