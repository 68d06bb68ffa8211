"""Change the steps of the order process: who is responsible, what is to be done, within which limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import set_time_limit
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.events import StepChanged
from steward.modules.orders.models import Step
from steward.modules.orders.queries import words
from steward.modules.orders.rules.process import LANGUAGES, instruction_faults
from steward.modules.people import queries as people

NEEDS = "orders.process"


class UnfitStep(errors.Refusal):
    """Refuse a step of which a part cannot be."""

    code = "unfit_step"
    status = 422
    message = _("%(part)s cannot be read so: look at it again.")


@command(needs=NEEDS)
def change_step(
    actor: Actor,
    *,
    code: str,
    responsible_role: str,
    instruction: Mapping[str, str],
    seen_version: int,
    reason: str,
    now: datetime,
    target_s: int | None = None,
) -> int:
    """Put a new version of a step in force; every order shows it from then on. Returns the version in force.

    `target_s` changes the limit of the step's clock (needs settings.policies as well); what runs is recomputed.
    Units: seconds. Raises: NotFound, Stale, ReasonMissing, UnfitStep, UnfitLimit, NotPermitted. Emits: StepChanged,
    PolicyChanged. Locks: the step.
    """
    row = Step.objects.select_for_update().filter(code=code, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    if row.version != seen_version:
        raise errors.Stale
    if not reason.strip():
        raise ReasonMissing
    if responsible_role not in people.role_labels() and responsible_role not in words.ROLES:
        raise UnfitStep(part=_("The role"))
    if instruction_faults(instruction):
        raise UnfitStep(part=_("What is to be done"))
    texts = {language: instruction[language].strip() for language in LANGUAGES}
    changed = [
        name
        for name, before, after in (
            ("responsible_role", row.responsible_role, responsible_role),
            ("instruction", row.instruction, texts),
        )
        if before != after
    ]
    if target_s is not None and _set_limit(actor, row.clock_kind, target_s, reason):
        changed.append("limit")
    if not changed:
        return row.version
    new = _replace(actor, row, responsible_role, texts, reason.strip()[:200], now)
    told = StepChanged(step_id=new.id, code=code, version=new.version, fields=changed, reason=new.reason)
    events.record(actor, [told])
    return new.version


def _replace(actor: Actor, row: Step, role: str, texts: Mapping[str, str], reason: str, now: datetime) -> Step:
    Step.objects.filter(id=row.id).update(active=False)
    return Step.objects.create(
        code=row.code,
        version=row.version + 1,
        position=row.position,
        responsible_role=role,
        instruction=dict(texts),
        clock_kind=row.clock_kind,
        set_at=now,
        set_by=actor.id,
        reason=reason,
    )


def _set_limit(actor: Actor, clock_kind: str, target_s: int, reason: str) -> bool:
    """Change the general limit of a clock. Returns whether it differs. Raises: UnfitStep where there is none."""
    general = [
        policy
        for policy in deadlines.active_policies()
        if (policy.subject_kind, policy.clock_kind, policy.code) == ("order", clock_kind, "")
    ]
    if not general:
        raise UnfitStep(part=_("The limit"))
    if general[0].target_s == target_s:
        return False
    set_time_limit(actor, policy_id=general[0].id, target_s=target_s, reason=reason)
    return True
