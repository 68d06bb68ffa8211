"""Keep the house's rules of changing orders, and hold every change against them. Source: ORD-9."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.orders.commands.audit import ReasonMissing
from steward.modules.orders.commands.change_planning import Plan
from steward.modules.orders.events import ChangePolicySet
from steward.modules.orders.models import ChangePolicy, Order
from steward.modules.orders.queries.change_policy import active_change_policy, breach_words, changed_before
from steward.modules.orders.rules import change_rules as rules
from steward.modules.orders.rules.change_plan import Facts, Wish
from steward.modules.orders.rules.change_rules import Asked, ChangeRule


class NotOffered(errors.Refusal):
    """Refuse a change that the house's rules do not allow, saying which rule."""

    code = "change_not_offered"
    status = 409
    message = _("The rules of the house do not allow it: %(why)s")

    def __init__(self, breach: str, rule: ChangeRule) -> None:
        super().__init__(why=breach_words(breach, rule))
        self.breach, self.rule = breach, rule.code

    def problem(self) -> dict[str, Any]:
        """Name the rule and what of it stands in the way as well."""
        return super().problem() | {"rule": self.rule, "breach": self.breach}


class UnfitChangeRules(errors.BadInput):
    """Refuse rules that cannot be read, or that name what nobody knows; all flaws at once."""

    code = "unfit_change_rules"
    message = _("The rules of changing orders need mending.")


FLAWS = {
    "too_many_rules": _("At most %(name)s rules."),
    "rule_twice": _("Two rules are called “%(name)s”."),
    "unknown_cause": _("“%(name)s” is no cause of cancelling."),
    "unknown_shop": _("There is no shop “%(name)s”."),
    "causes_without_cancel": _("Causes are for rules about cancelling only."),
    "goods_without_lines": _("Variants are for rules about lines only."),
}


@command(needs="orders.process")
def save_change_policy(actor: Actor, *, rules: Sequence[dict[str, Any]], note: str, expected_version: int) -> int:
    """Put new rules of changing orders in force; changes from now on are held against them.

    Returns the version. Raises: UnfitChangeRules, ReasonMissing, Stale. Emits: ChangePolicySet.
    Locks: the active version.
    """
    if not note.strip():
        raise ReasonMissing
    wanted = _checked(rules)
    list(ChangePolicy.objects.select_for_update().filter(active=True))
    before = active_change_policy()
    if before.version != expected_version:
        raise errors.Stale
    ChangePolicy.objects.filter(active=True).update(active=False)
    row = ChangePolicy.objects.create(
        version=before.version + 1,
        rules=msgspec.to_builtins(wanted),
        note=note.strip()[:200],
        active=True,
        set_by=actor.id,
    )
    old = {rule.code: rule for rule in before.rules}
    new = {rule.code: rule for rule in wanted}
    changed = [code for code in {**new, **old} if old.get(code) != new.get(code)]
    events.record(actor, [ChangePolicySet(change_policy_id=row.id, version=row.version, rules=changed, note=row.note)])
    return row.version


def _checked(given: Sequence[dict[str, Any]]) -> tuple[ChangeRule, ...]:
    """Read rules strictly. Raises: UnfitChangeRules with every flaw, or with the first that cannot be read at all."""
    try:
        wanted = msgspec.convert(list(given), tuple[ChangeRule, ...])
    except msgspec.ValidationError as error:
        text, _between, path = str(error).partition(" - at `$")
        field = "rules" + path.rstrip("`").replace("[", ".").replace("]", "")
        raise UnfitChangeRules([{"field": field, "code": "rules_unreadable", "message": text}]) from error
    if found := rules.flaws(wanted, set(catalog.shops_by_code())):
        raise UnfitChangeRules(
            [{"field": field, "code": code, "message": FLAWS[code] % {"name": name}} for field, code, name in found]
        )
    return wanted


def refuse_by_rules(order_id: int, *, kind: str, cause: str = "", reason: str = "") -> ChangeRule | None:
    """Hold a change of a locked order against the rules, as far as they do not ask what it does; return its rule.

    Raises: NotOffered.
    """
    policy = active_change_policy().rules
    if not policy:
        return None
    shop = Order.objects.values_list("shop__code", flat=True).get(id=order_id)
    asked = Asked(kind=kind, shop=shop, cause=cause, reason=reason, before=changed_before(order_id))
    rule = rules.rule_for(policy, asked)
    if rule and (why := rules.breach(rule, asked) or rules.breach_of_reason(rule, asked)):
        raise NotOffered(why, rule)
    return rule


def refuse_goods_by_rules(rule: ChangeRule | None, wish: Wish, facts: Facts, plan: Plan) -> None:
    """Hold what a change does to goods against its rule. Raises: NotOffered."""
    if rule is None or wish.kind != "lines":
        return
    items = {line.item_id for line in (*facts.lines, *plan.after.lines)}
    families = {id_: item.family for id_, item in catalog.items_by_id(items).items()} if rule.within_family else {}
    why = rules.breach_of_goods(rule, facts.lines, plan.after.lines, families, is_short=plan.effects.is_short)
    if why:
        raise NotOffered(why, rule)
