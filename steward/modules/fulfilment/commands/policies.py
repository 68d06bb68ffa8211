"""Keep the policy of allocation: every change is a version with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext, gettext_lazy

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.fulfilment.events import AllocationPolicySet
from steward.modules.fulfilment.models import Policy
from steward.modules.fulfilment.queries.policies import policy_in_force
from steward.modules.fulfilment.rules.policy import Weights, flaws
from steward.modules.orders.commands.audit import ReasonMissing


class UnfitPolicy(errors.BadInput):
    """Refuse weights that are out of bounds or contradict themselves; all flaws at once."""

    code = "unfit_allocation_policy"
    message = gettext_lazy("The policy of allocation needs mending.")


@command(needs="fulfilment.policy")
def set_policy(actor: Actor, *, weights: Mapping[str, Any], expected_version: int, reason: str) -> int:
    """Put new weights in force; allocations from now on are made by them, what was made stays.

    Returns the version. Raises: UnfitPolicy, ReasonMissing, Stale. Emits: AllocationPolicySet.
    """
    if not reason.strip():
        raise ReasonMissing
    wanted = checked(weights)
    Policy.objects.select_for_update().order_by("-version").first()
    before = policy_in_force()
    if before.version != expected_version:
        raise errors.Stale
    row = Policy.objects.create(
        version=before.version + 1,
        weights=msgspec.to_builtins(wanted),
        reason=reason.strip()[:200],
        set_by=actor.id,
    )
    fields = [name for name in Weights.__struct_fields__ if getattr(wanted, name) != getattr(before.weights, name)]
    events.record(actor, [AllocationPolicySet(policy_id=row.id, version=row.version, fields=fields, reason=reason)])
    return row.version


def checked(weights: Mapping[str, Any]) -> Weights:
    """Read weights. Raises: UnfitPolicy naming the field."""
    try:
        wanted = msgspec.convert(dict(weights), Weights)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].strip("`") if "$." in str(error) else ""
        raise UnfitPolicy([{"field": field, "code": "out_of_bounds", "message": str(error)}]) from error
    found = flaws(wanted)
    if found:
        why = gettext("A higher rank counts at least as much as a lower one.")
        raise UnfitPolicy([{"field": field, "code": code, "message": why} for field, code in found])
    return wanted
