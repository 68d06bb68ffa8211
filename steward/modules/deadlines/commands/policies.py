"""Add, change and retire policies. Each change is a new version, and what runs is recomputed with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from msgspec import Struct, to_builtins
from msgspec.structs import replace

from steward.kernel import errors
from steward.kernel import events as log
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines import rules
from steward.modules.deadlines.events import PolicyAdded, PolicyChanged, PolicyRetired
from steward.modules.deadlines.models import Policy
from steward.modules.deadlines.queries import policies
from steward.modules.deadlines.queries.policies import PolicyView, forget_policies
from steward.modules.deadlines.rules import ladders

LONGEST_LIMIT_S = 366 * 24 * 3600


class UnfitLimit(errors.Refusal):
    """Refuse a time limit that is none."""

    code = "unfit_limit"
    status = 422
    message = _("Give a time between one second and a year.")


class UnfitPolicy(errors.Refusal):
    """Refuse a policy of which a part cannot be."""

    code = "unfit_policy"
    status = 422
    message = _("%(part)s cannot be read so: look at its fields again.")


class PolicyExists(errors.Refusal):
    """Refuse a second line of the same name for one kind of clock."""

    code = "policy_exists"
    status = 409
    message = _("There is a policy “%(code)s” for this limit already: change that one or choose another code.")


class PolicyDraft(Struct, frozen=True, kw_only=True):
    """What a policy says. Units: seconds; conditions, warnings and the ladder as lists of their parts."""

    name: str = ""
    rank: int = 100
    condition: list[Any] = []
    target_s: int
    responsible_role: str
    calendar: str = "always"
    team_calendar: bool = False
    pausable: bool = True
    reply_rule: list[Any] = []
    warnings: list[Any] = []
    ladder: list[Any] = []


def draft_of(policy: PolicyView) -> PolicyDraft:
    """Return what a version says, as it is typed."""
    return PolicyDraft(**{name: to_builtins(getattr(policy, name)) for name in PolicyDraft.__struct_fields__})


def check_draft(draft: PolicyDraft) -> None:
    """Refuse what cannot be. Raises: UnfitLimit, UnfitPolicy naming the part."""
    if not 0 < draft.target_s <= LONGEST_LIMIT_S:
        raise UnfitLimit
    if not 0 <= draft.rank <= 9_999:
        raise UnfitPolicy(part=_("Rank"))
    if not draft.responsible_role or len(draft.responsible_role) > 60 or len(draft.name) > 120:
        raise UnfitPolicy(part=_("Responsible"))
    try:
        part = _("Condition")
        rules.parse(draft.condition)
        part = _("What counts as a reply")
        rules.parse(draft.reply_rule)
        part = _("Warnings")
        ladders.parse_warnings(draft.warnings, draft.target_s)
        part = _("Escalation")
        ladders.parse_ladder(draft.ladder)
        part = _("Calendar")
        policies.calendar_in_force(draft.calendar)
    except (rules.BadCondition, rules.BadLadder, LookupError) as cause:
        raise UnfitPolicy(part=part) from cause


@command(needs="settings.policies")
def add_policy(
    actor: Actor, *, subject_kind: str, clock_kind: str, code: str, draft: PolicyDraft, reason: str = ""
) -> int:
    """Put a further line in force, beside others for the same kind of clock or as the first of its kind.

    Returns its id. Raises: UnfitLimit, UnfitPolicy, PolicyExists.
    Emits: PolicyAdded, whereupon what runs is recomputed.
    """
    check_draft(draft)
    draft = _normal(draft)
    line = Policy.objects.filter(subject_kind=subject_kind, clock_kind=clock_kind, code=code)
    last = line.aggregate(last=Max("version"))["last"] or 0
    try:
        with transaction.atomic():
            new = Policy.objects.create(
                subject_kind=subject_kind,
                clock_kind=clock_kind,
                code=code,
                version=last + 1,
                set_by=actor.id,
                reason=reason,
                **_columns(draft),
            )
    except IntegrityError as cause:
        raise PolicyExists(code=code) from cause
    added = PolicyAdded(
        policy_id=new.id,
        about_kind=subject_kind,
        clock_kind=clock_kind,
        code=code,
        target_s=draft.target_s,
        reason=reason,
    )
    log.record(actor, [added])
    transaction.on_commit(forget_policies)
    return new.id


@command(needs="settings.policies")
def set_policy(actor: Actor, *, policy_id: int, draft: PolicyDraft, reason: str = "") -> int:
    """Put a new version of a policy in force; what runs is recomputed with the reason.

    Returns the id of the version in force. Raises: NotFound, Stale when it was replaced meanwhile, UnfitLimit,
    UnfitPolicy. Emits: PolicyChanged. Locks: the policy.
    """
    check_draft(draft)
    draft = _normal(draft)
    old = _lock(policy_id)
    before = draft_of(old)
    changed = [name for name in PolicyDraft.__struct_fields__ if _differs(before, draft, name)]
    if not changed:
        return old.id
    Policy.objects.filter(id=old.id).update(active=False)
    new = Policy.objects.create(
        subject_kind=old.subject_kind,
        clock_kind=old.clock_kind,
        code=old.code,
        version=old.version + 1,
        set_by=actor.id,
        reason=reason,
        **_columns(draft),
    )
    change = PolicyChanged(
        policy_id=new.id,
        about_kind=new.subject_kind,
        clock_kind=new.clock_kind,
        code=new.code,
        before_s=old.target_s,
        after_s=draft.target_s,
        fields=changed,
        reason=reason,
    )
    log.record(actor, [change])
    transaction.on_commit(forget_policies)
    return new.id


@command(needs="settings.policies")
def set_time_limit(actor: Actor, *, policy_id: int, target_s: int, reason: str = "") -> int:
    """Change nothing of a policy but its target. Returns, raises, emits and locks as set_policy."""
    if not 0 < target_s <= LONGEST_LIMIT_S:
        raise UnfitLimit
    old = policies.find_policy(policy_id)
    if old is None:
        raise errors.NotFound(key=policy_id)
    return set_policy(actor, policy_id=policy_id, draft=replace(draft_of(old), target_s=target_s), reason=reason)


@command(needs="settings.policies")
def retire_policy(actor: Actor, *, policy_id: int, reason: str) -> None:
    """Take a policy out of force: its clocks go to the next line that fits, or end where none does.

    Raises: NotFound, Stale when it was replaced meanwhile. Emits: PolicyRetired. Locks: the policy.
    """
    old = _lock(policy_id)
    Policy.objects.filter(id=old.id).update(active=False)
    retired = PolicyRetired(
        policy_id=old.id, about_kind=old.subject_kind, clock_kind=old.clock_kind, code=old.code, reason=reason
    )
    log.record(actor, [retired])
    transaction.on_commit(forget_policies)


def _lock(policy_id: int) -> PolicyView:
    if not Policy.objects.select_for_update().filter(id=policy_id).exists():
        raise errors.NotFound(key=policy_id)
    old = policies.find_policy(policy_id)
    if old is None or not old.active:
        raise errors.Stale
    return old


def _normal(draft: PolicyDraft) -> PolicyDraft:
    """Write the parts in the one way they are kept, so that equal policies are equal."""
    return replace(
        draft,
        condition=to_builtins(rules.parse(draft.condition)),
        reply_rule=to_builtins(rules.parse(draft.reply_rule)),
        warnings=to_builtins(ladders.parse_warnings(draft.warnings, draft.target_s)),
        ladder=to_builtins(ladders.parse_ladder(draft.ladder)),
    )


def _differs(before: PolicyDraft, after: PolicyDraft, name: str) -> bool:
    return bool(getattr(before, name) != to_builtins(getattr(after, name)))


def _columns(draft: PolicyDraft) -> Mapping[str, Any]:
    return {name: to_builtins(getattr(draft, name)) for name in PolicyDraft.__struct_fields__}
