"""Keep the return policy: every change is a version with a note; the old ones stay to explain what they decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.returns.events import ReturnPolicySet
from steward.modules.returns.models import Policy
from steward.modules.returns.queries.policies import active_policy, names_known
from steward.modules.returns.queries.policy_words import flaw_text
from steward.modules.returns.rules.policy import Rule
from steward.modules.returns.rules.policy_flaws import flaws


class UnfitPolicy(errors.BadInput):
    """Refuse rules that contradict themselves, lack something or name what nobody knows; all flaws at once."""

    code = "unfit_return_policy"
    message = _("The return policy needs mending.")

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__([msgspec.to_builtins(one) | {"message": flaw_text(one)} for one in findings])


@command(needs="returns.policies")
def save_policy(actor: Actor, *, rules: Sequence[dict[str, Any]], note: str, expected_version: int) -> int:
    """Put new rules in force; asks from now on are answered by them, what was answered stays.

    Returns the version. Raises: UnfitPolicy, ReasonMissing, Stale. Emits: ReturnPolicySet. Locks: the active version.
    """
    if not note.strip():
        raise ReasonMissing
    wanted = checked(rules)
    list(Policy.objects.select_for_update().filter(active=True))
    before = active_policy()
    if before.version != expected_version:
        raise errors.Stale
    Policy.objects.filter(active=True).update(active=False)
    row = Policy.objects.create(
        version=before.version + 1,
        rules=msgspec.to_builtins(wanted),
        note=note.strip()[:200],
        active=True,
        set_by=actor.id,
    )
    changed = changed_rules(before.rules, wanted)
    events.record(actor, [ReturnPolicySet(return_policy_id=row.id, version=row.version, rules=changed, note=row.note)])
    return row.version


def checked(rules: Sequence[dict[str, Any]]) -> tuple[Rule, ...]:
    """Read rules strictly. Raises: UnfitPolicy with every flaw, or with the first that cannot be read at all."""
    try:
        wanted = msgspec.convert(list(rules), tuple[Rule, ...])
    except msgspec.ValidationError as error:
        text, _between, path = str(error).partition(" - at `$")
        field = "rules" + path.rstrip("`").replace("[", ".").replace("]", "")
        raise UnfitPolicy([Finding(field, "rules_unreadable", "error", {"why": text, "field": field})]) from error
    if found := flaws(wanted, names_known({sku for rule in wanted for sku in rule.when.skus})):
        raise UnfitPolicy(found)
    return wanted


def changed_rules(before: Sequence[Rule], after: Sequence[Rule]) -> list[str]:
    """Name the rules that are new, changed, gone, or stand behind others than before."""
    old, new = {rule.code: rule for rule in before}, {rule.code: rule for rule in after}
    kept_before = [code for code in old if code in new]
    kept_after = [code for code in new if code in old]
    moved = {code for one, code in zip(kept_before, kept_after, strict=True) if one != code}
    return [code for code in (*new, *(code for code in old if code not in new)) if _differs(code, old, new, moved)]


def _differs(code: str, old: dict[str, Rule], new: dict[str, Rule], moved: set[str]) -> bool:
    return code in moved or old.get(code) != new.get(code)
