"""Keep the process flows: a change is a new version, which new tickets follow (DSK-5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines import rules as limits
from steward.modules.deadlines.commands import PolicyDraft, add_policy, set_time_limit
from steward.modules.deadlines.queries import active_policies
from steward.modules.desk.commands.flow_facts import KINDS
from steward.modules.desk.commands.flow_steps import CLOCK, SUBJECT
from steward.modules.desk.commands.moving import ReasonNeeded
from steward.modules.desk.events import FlowSaved
from steward.modules.desk.models import Flow
from steward.modules.desk.rules import flows
from steward.modules.people.queries import lists as people_lists

NEEDS = "settings.desk"


class UnfitFlow(errors.Refusal):
    """Refuse a flow that cannot be followed; says which step and which part of it."""

    code = "unfit_flow"
    status = 422
    message = _("This flow cannot be followed. Look at: %(place)s.")


class FlowDraft(Struct, forbid_unknown_fields=True):
    """A flow as somebody writes it. `limits_s` are the limits of steps; a step without one has the general limit."""

    code: str
    labels: dict[str, str]
    condition: list[Any]
    steps: list[Any]
    position: int = 100
    limits_s: dict[str, int] = {}


@command(needs=NEEDS)
def save_flow(actor: Actor, *, draft: FlowDraft, reason: str) -> int:
    """Put a flow, or a new version of one, in force; tickets that began under another one go on under that.

    Returns its id. Limits that differ take the right to change limits. Raises: UnfitFlow, ReasonNeeded, NotPermitted,
    UnfitLimit. Emits: FlowSaved, PolicyAdded, PolicyChanged. Locks: the versions of this flow.
    """
    if not reason.strip():
        raise ReasonNeeded
    steps = check_flow(draft)
    rows = list(Flow.objects.select_for_update().filter(code=draft.code).order_by("id"))
    last = Flow.objects.filter(code=draft.code).aggregate(last=Max("version"))["last"] or 0
    Flow.objects.filter(id__in=[row.id for row in rows], active=True).update(active=False)
    flow = Flow.objects.create(
        code=draft.code,
        version=last + 1,
        position=draft.position,
        labels=draft.labels,
        condition=msgspec.to_builtins(limits.parse(draft.condition)),
        steps=msgspec.to_builtins(steps),
        set_by=actor.id,
        reason=reason.strip()[:400],
    )
    _set_limits(actor, flow.code, {step.code: step.role for step in steps}, draft.limits_s, reason)
    events.record(actor, [_saved(flow)])
    return flow.id


def check_flow(draft: FlowDraft) -> tuple[flows.Step, ...]:
    """Read what somebody wrote. Raises: UnfitFlow."""
    labels = [draft.labels.get(language, "").strip() for language in flows.LANGUAGES]
    if not flows.CODE.fullmatch(draft.code) or not all(0 < len(label) <= flows.LONGEST_LABEL for label in labels):
        raise UnfitFlow(place=_("Code and names"))
    if not draft.condition:
        raise UnfitFlow(place=_("Condition"))
    try:
        limits.parse(draft.condition)
        return flows.parse_steps(draft.steps, kinds=KINDS, roles=people_lists.role_labels())
    except limits.BadCondition as cause:
        raise UnfitFlow(place=_("Condition")) from cause
    except flows.BadFlow as cause:
        raise UnfitFlow(place=cause.place) from cause


@command(needs=NEEDS)
def retire_flow(actor: Actor, *, code: str, reason: str) -> None:
    """Take a flow out of force; tickets that began it finish it. Raises: NotFound, ReasonNeeded. Emits: FlowSaved."""
    if not reason.strip():
        raise ReasonNeeded
    row = Flow.objects.select_for_update().filter(code=code, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    Flow.objects.filter(id=row.id).update(active=False)
    row.active, row.reason = False, reason.strip()[:400]
    events.record(actor, [_saved(row)])


def _set_limits(actor: Actor, flow: str, roles: Mapping[str, str], wanted: Mapping[str, int], reason: str) -> None:
    known = {
        policy.code: policy
        for policy in active_policies()
        if (policy.subject_kind, policy.clock_kind) == (SUBJECT, CLOCK)
    }
    for step, target_s in wanted.items():
        code = f"{flow}.{step}"
        if step not in roles:
            raise UnfitFlow(place=step)
        if code in known:
            if known[code].target_s != target_s:
                set_time_limit(actor, policy_id=known[code].id, target_s=target_s, reason=reason)
            continue
        condition = [{"fact": "step", "op": "is", "value": code}]
        policy = PolicyDraft(
            target_s=target_s,
            responsible_role=roles[step],
            rank=50,
            condition=condition,
            ladder=[{"after_s": 0, "verb": "notify"}],
        )
        add_policy(actor, subject_kind=SUBJECT, clock_kind=CLOCK, code=code, draft=policy, reason=reason)


def _saved(flow: Flow) -> FlowSaved:
    return FlowSaved(flow_id=flow.id, code=flow.code, version=flow.version, active=flow.active, reason=flow.reason)
