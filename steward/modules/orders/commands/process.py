"""Change the steps of the order process: who is responsible, what is to be done, within which limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.commands import PolicyDraft, add_policy, retire_policy, set_time_limit
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.events import StepChanged
from steward.modules.orders.models import Step
from steward.modules.orders.queries import words
from steward.modules.orders.rules.process import (
    CLOCK_PREFIX,
    LANGUAGES,
    can_stand_after,
    instruction_faults,
    name_faults,
)
from steward.modules.people import queries as people

NEEDS = "orders.process"
OWN = "own-"
ROOM = 10


class BuiltIn(errors.Refusal):
    """Refuse to move or retire a step that carries logic, saying why it stands where it stands."""

    code = "built_in_step"
    status = 409
    message = _("This step carries logic and stays where it is. %(why)s")


class UnfitPlace(errors.Refusal):
    """Refuse a place where a step of the house's own would hold nothing up."""

    code = "unfit_place"
    status = 422
    message = _("A step of your own stands before the audit, the last look; what comes after it is not held up.")


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
    name: Mapping[str, str] | None = None,
) -> int:
    """Put a new version of a step in force; every order shows it from then on. Returns the version in force.

    `name` renames a step of the house's own. `target_s` changes the limit of the step's clock (needs settings.policies
    as well); what runs is recomputed. Units: seconds. Raises: NotFound, Stale, ReasonMissing, UnfitStep, UnfitLimit,
    NotPermitted. Emits: StepChanged, PolicyChanged. Locks: the step.
    """
    row = _locked(code)
    if row.version != seen_version:
        raise errors.Stale
    _check(responsible_role, instruction, reason)
    titles = _titles(name) if name is not None and row.manual else row.name
    texts = {language: instruction[language].strip() for language in LANGUAGES}
    changed = [
        field
        for field, before, after in (
            ("responsible_role", row.responsible_role, responsible_role),
            ("instruction", row.instruction, texts),
            ("name", row.name, titles),
        )
        if before != after
    ]
    if target_s is not None and _set_limit(actor, row.clock_kind, target_s, reason):
        changed.append("limit")
    if not changed:
        return row.version
    new = _replace(actor, row, responsible_role, texts, titles, reason.strip()[:200], now)
    told = StepChanged(step_id=new.id, code=code, version=new.version, fields=changed, reason=new.reason)
    events.record(actor, [told])
    return new.version


def _replace(
    actor: Actor,
    row: Step,
    role: str,
    texts: Mapping[str, str],
    titles: Mapping[str, str],
    reason: str,
    now: datetime,
) -> Step:
    Step.objects.filter(id=row.id).update(active=False)
    return Step.objects.create(
        code=row.code,
        version=row.version + 1,
        position=row.position,
        responsible_role=role,
        instruction=dict(texts),
        clock_kind=row.clock_kind,
        manual=row.manual,
        name=dict(titles),
        set_at=now,
        set_by=actor.id,
        reason=reason,
    )


@command(needs=NEEDS)
def add_step(
    actor: Actor,
    *,
    after: str,
    name: Mapping[str, str],
    responsible_role: str,
    instruction: Mapping[str, str],
    reason: str,
    now: datetime,
    target_s: int | None = None,
) -> str:
    """Put a step of the house's own behind another; from now on orders wait there until somebody has done it.

    Orders that are past the place go on without it. `target_s` limits it (needs settings.policies as well).
    Units: seconds. Returns its code. Raises: ReasonMissing, UnfitStep, UnfitPlace, UnfitLimit, NotPermitted.
    Emits: StepChanged, PolicyAdded. Locks: the steps in force.
    """
    _check(responsible_role, instruction, reason)
    titles, order = _titles(name), _lock_order()
    if not can_stand_after(after, order):
        raise UnfitPlace
    code = f"{OWN}{1 + Step.objects.filter(code__startswith=OWN).values('code').distinct().count()}"
    row = Step.objects.create(
        code=code,
        position=0,
        responsible_role=responsible_role,
        instruction={language: instruction[language].strip() for language in LANGUAGES},
        clock_kind=CLOCK_PREFIX + code,
        manual=True,
        name=titles,
        set_at=now,
        set_by=actor.id,
        reason=reason.strip()[:200],
    )
    order.insert(order.index(after) + 1, code)
    _number(order)
    if target_s is not None:
        draft = PolicyDraft(name=titles["zh-hans"], target_s=target_s, responsible_role=responsible_role)
        add_policy(actor, subject_kind="order", clock_kind=row.clock_kind, code="", draft=draft, reason=reason)
    _tell(actor, row, ["added"], reason)
    return code


@command(needs=NEEDS)
def move_step(actor: Actor, *, code: str, after: str, reason: str, now: datetime) -> None:
    """Put a step of the house's own behind another one. Built-in steps keep their order.

    Raises: NotFound, ReasonMissing, BuiltIn, UnfitPlace. Emits: StepChanged. Locks: the steps in force.
    """
    order, row = _lock_order(), _locked(code)
    _own_only(row, reason)
    order.remove(code)
    if not can_stand_after(after, order):
        raise UnfitPlace
    order.insert(order.index(after) + 1, code)
    _number(order)
    _tell(actor, row, ["place"], reason)


@command(needs=NEEDS)
def retire_step(actor: Actor, *, code: str, reason: str, now: datetime) -> None:
    """Take a step of the house's own out of the process; orders that waited there go on.

    Raises: NotFound, ReasonMissing, BuiltIn. Emits: StepChanged. Locks: the step.
    """
    row = _locked(code)
    _own_only(row, reason)
    Step.objects.filter(id=row.id).update(active=False)
    general = [one for one in deadlines.active_policies() if one.clock_kind == row.clock_kind]
    for policy in general:
        retire_policy(system("orders"), policy_id=policy.id, reason=reason)
    _tell(actor, row, ["retired"], reason)


def _locked(code: str) -> Step:
    row = Step.objects.select_for_update().filter(code=code, active=True).first()
    if row is None:
        raise errors.NotFound(key=code)
    return row


def _lock_order() -> list[str]:
    """Lock the steps in force and list their codes in their order."""
    rows = Step.objects.select_for_update().filter(active=True).order_by("position", "id")
    return [row.code for row in rows]


def _number(order: Sequence[str]) -> None:
    for place, code in enumerate(order, 1):
        Step.objects.filter(code=code, active=True).update(position=place * ROOM)


def _own_only(row: Step, reason: str) -> None:
    if not row.manual:
        raise BuiltIn(why=words.word(words.STEP_LOGIC, row.code))
    if not reason.strip():
        raise ReasonMissing


def _check(role: str, instruction: Mapping[str, str], reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing
    if role not in people.role_labels() and role not in words.ROLES:
        raise UnfitStep(part=_("The role"))
    if instruction_faults(instruction):
        raise UnfitStep(part=_("What is to be done"))


def _titles(name: Mapping[str, str]) -> dict[str, str]:
    if name_faults(name):
        raise UnfitStep(part=_("The name"))
    return {language: name[language].strip() for language in LANGUAGES}


def _tell(actor: Actor, row: Step, fields: list[str], reason: str) -> None:
    told = StepChanged(step_id=row.id, code=row.code, version=row.version, fields=fields, reason=reason.strip()[:200])
    events.record(actor, [told])


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
