"""Set who has to agree to what."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from msgspec import structs

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.approvals import rules
from steward.modules.approvals.events import ApprovalPolicySet
from steward.modules.approvals.models import Policy
from steward.modules.approvals.queries import tiers_of
from steward.modules.people import queries as people

FAULTS = {
    "tiers_count": _("Give between one and sixty tiers."),
    "tier_twice": _("Two tiers begin at the same amount of the same currency."),
    "role_unknown": _("There is no such role."),
    "tier_from_zero_missing": _("Each currency needs a tier that begins at zero."),
}


@command(needs="settings.policies")
def set_policy(actor: Actor, *, kind: str, tiers: Sequence[rules.Tier], version: int) -> int:
    """Put new tiers of a kind in force; what was asked before keeps the tiers it was asked under.

    `version` is the one the change was made on. Returns the version in force. Raises: NotFound; Stale; BadInput.
    Emits: ApprovalPolicySet. Locks: the policy.
    """
    old = Policy.objects.select_for_update().filter(kind=kind, active=True).first()
    if old is None:
        raise errors.NotFound(key=kind)
    if old.version != version:
        raise errors.Stale
    found = rules.faults(tiers, people.role_labels().keys())
    if found:
        raise errors.BadInput([{"field": place, "code": code, "reason": str(FAULTS[code])} for place, code in found])
    before, after = tiers_of(old), list(tiers)
    if before == after:
        return old.version
    Policy.objects.filter(id=old.id).update(active=False)
    new = Policy.objects.create(
        kind=kind, version=old.version + 1, tiers=[structs.asdict(tier) for tier in after], set_by=actor.id
    )
    change = ApprovalPolicySet(
        policy_id=new.id,
        kind=kind,
        before=[structs.asdict(tier) for tier in before],
        after=[structs.asdict(tier) for tier in after],
    )
    events.record(actor, [change])
    return new.version
