"""The conditions of a rule of the return policy, each with the check of whether an ask meets it: one table for all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec import Struct

from steward.modules.returns.rules.policy_shapes import Facts, Rule, When
from steward.modules.returns.rules.windows import window_ends

Check = Callable[[When, Facts, datetime], bool]


def _in_category(category: str, wanted: tuple[str, ...]) -> bool:
    return any(category == one or category.startswith(f"{one}/") for one in wanted)


def _warranty_is(wanted: str, facts: Facts, now: datetime) -> bool:
    if not facts.warranty_months:
        return False
    until = window_ends(facts.delivered_at, facts.time_zone, months=facts.warranty_months)
    return (until is None or now < until) is (wanted == "within")


# By the field of a rule's conditions: whether the facts meet it. Which solution is asked for is compared apart.
CHECKS: dict[str, Check] = {
    "reasons": lambda when, facts, now: facts.reason in when.reasons,
    "faults": lambda when, facts, now: facts.fault in when.faults,
    "return_classes": lambda when, facts, now: facts.return_class in when.return_classes,
    "categories": lambda when, facts, now: _in_category(facts.category, when.categories),
    "skus": lambda when, facts, now: facts.sku in when.skus,
    "platforms": lambda when, facts, now: facts.platform in when.platforms,
    "shops": lambda when, facts, now: facts.shop in when.shops,
    "currency": lambda when, facts, now: facts.currency == when.currency,
    "opened": lambda when, facts, now: bool(facts.opened) is when.opened,
    "trusted": lambda when, facts, now: facts.trusted is when.trusted,
    "price_from_minor": lambda when, facts, now: facts.price_minor >= when.price_from_minor,
    "price_below_minor": lambda when, facts, now: facts.price_minor < when.price_below_minor,
    "delivered": lambda when, facts, now: (facts.delivered_at is not None) is when.delivered,
    "first": lambda when, facts, now: facts.first is when.first,
    "warranty": lambda when, facts, now: _warranty_is(when.warranty, facts, now),
}
# Those whose answer hangs on one fact that many asks share; a book remembers them by these facts.
SHARED = {
    "reasons": "reason",
    "faults": "fault",
    "return_classes": "return_class",
    "categories": "category",
    "skus": "sku",
    "platforms": "platform",
    "shops": "shop",
    "currency": "currency",
    "opened": "opened",
    "trusted": "trusted",
}


class Prepared(Struct, frozen=True):
    """A rule with only those of its conditions that say something: shared by many asks, and each ask's own."""

    rule: Rule
    shared: tuple[tuple[str, Check], ...]
    own: tuple[tuple[str, Check], ...]

    def speaks_of(self, kind: str) -> bool:
        """Tell whether the rule is about a solution."""
        return not self.rule.when.kinds or kind in self.rule.when.kinds

    def meets_shared(self, facts: Facts, now: datetime) -> bool:
        """Tell whether an ask meets the conditions that many share."""
        return all(check(self.rule.when, facts, now) for _name, check in self.shared)

    def meets_own(self, facts: Facts, now: datetime) -> bool:
        """Tell whether an ask meets the conditions that are its own."""
        return not self.own or all(check(self.rule.when, facts, now) for _name, check in self.own)

    def misses(self, facts: Facts, now: datetime) -> tuple[str, ...]:
        """Name every condition that an ask does not meet."""
        failed = [name for name, check in (*self.shared, *self.own) if not check(self.rule.when, facts, now)]
        return (*([] if self.speaks_of(facts.kind) else ["kinds"]), *failed)

    def until(self, facts: Facts) -> datetime | None:
        """Return when the rule's window closes; None: never, or it has not begun."""
        rule = self.rule
        if rule.within_days is None:
            months = facts.warranty_months if rule.when.warranty == "within" else 0
            return window_ends(facts.delivered_at, facts.time_zone, months=months) if months else None
        begins = facts.delivered_at if rule.since == "delivered" else facts.placed_at
        return window_ends(begins, facts.time_zone, days=rule.within_days)


def prepared(rule: Rule) -> Prepared:
    """Pick the conditions of a rule that say something."""
    empty, when = When(), rule.when
    said = [(name, check) for name, check in CHECKS.items() if getattr(when, name) != getattr(empty, name)]
    shared = tuple(one for one in said if one[0] in SHARED)
    return Prepared(rule, shared, tuple(one for one in said if one[0] not in SHARED))
