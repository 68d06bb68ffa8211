"""Keep rule sets: a change makes a new version, putting it in force is a step of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.kernel.findings import Finding
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.events import ScreeningRulesSet
from steward.modules.orders.models import RuleSet as RuleSetRow
from steward.modules.orders.queries.screening_words import flaw_text
from steward.modules.orders.rules.screening_sets import RuleSet, flaws


class UnfitRules(errors.BadInput):
    """Refuse rules that contradict themselves or lack something; all flaws at once."""

    code = "unfit_screening_rules"
    message = _("The screening rules need mending.")

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__([msgspec.to_builtins(one) | {"message": flaw_text(one)} for one in findings])


class AlreadyInForce(errors.Refusal):
    """Refuse to put in force what is in force."""

    code = "rules_in_force"
    status = 409
    message = _("These rules are in force already.")


@command(needs="orders.screening_rules")
def save_rule_set(actor: Actor, *, name: str, hold_at: int, rules: list[dict[str, Any]]) -> int:
    """Keep a new version of the rules as a draft; what is in force stays in force.

    Returns the version. Raises: UnfitRules. Locks: the latest version.
    """
    checked = parsed(hold_at, rules)
    latest = RuleSetRow.objects.select_for_update().order_by("-version").first()
    row = RuleSetRow.objects.create(
        version=(latest.version if latest else 0) + 1,
        name=name.strip()[:120] or "–",
        hold_at=checked.hold_at,
        rules=msgspec.to_builtins(checked.rules),
        set_by=actor.id,
    )
    return int(row.version)


def parsed(hold_at: int, rules: list[dict[str, Any]]) -> RuleSet:
    """Read rules. Raises: UnfitRules with every flaw."""
    try:
        checked = msgspec.convert({"hold_at": hold_at, "rules": rules}, RuleSet)
    except msgspec.ValidationError as error:
        raise UnfitRules([Finding("rules", "rules_unreadable", "error", {"why": str(error)})]) from error
    if found := flaws(checked):
        raise UnfitRules(found)
    return checked


@command(needs="orders.screening_rules")
def activate_rule_set(actor: Actor, *, version: int, reason: str, now: datetime) -> None:
    """Put a version in force; orders that come from now on are judged by it, what was judged stays.

    Raises: NotFound, AlreadyInForce, ReasonMissing. Emits: ScreeningRulesSet. Locks: the rule sets, by version.
    """
    if not reason.strip():
        raise ReasonMissing
    rows = {row.version: row for row in RuleSetRow.objects.select_for_update().order_by("version")}
    if version not in rows:
        raise errors.NotFound(key=version)
    if rows[version].state == "active":
        raise AlreadyInForce
    before = max((row.version for row in rows.values() if row.state == "active"), default=0)
    RuleSetRow.objects.filter(state="active").update(state="retired")
    RuleSetRow.objects.filter(version=version).update(state="active", activated_at=now, activated_by=actor.id)
    events.record(
        actor, [ScreeningRulesSet(rule_set_id=rows[version].id, version=version, before=before, reason=reason)]
    )


@command(needs="orders.screening_rules")
def save_and_activate(
    actor: Actor, *, name: str, hold_at: int, rules: list[dict[str, Any]], reason: str, now: datetime
) -> int:
    """Keep a new version and, where a reason is given, put it in force in the same step.

    Returns the version. Raises and emits as save_rule_set and activate_rule_set do.
    """
    version = save_rule_set(actor, name=name, hold_at=hold_at, rules=rules)
    if reason.strip():
        activate_rule_set(actor, version=version, reason=reason, now=now)
    return version
