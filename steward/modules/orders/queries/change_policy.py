"""Read what the house lets be changed of orders, and what of it an order has used up."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import errors
from steward.modules.orders.models import ChangePolicy, Order, OrderChange
from steward.modules.orders.queries import words
from steward.modules.orders.rules import change_rules as rules
from steward.modules.orders.rules.change_rules import Asked, ChangeRule

MOST_VERSIONS = 50
BREACHES: dict[str, Any] = {
    "not_offered": _("the house does not offer this change."),
    "often_enough": _("it was changed so already, as often as the house allows."),
    "closed_by": _("it was changed in a way after which the house does not change it so any more."),
    "reason_not_listed": _("the house asks for one of these reasons: %(reasons)s."),
    "other_product": _("goods may only go for as many variants of the same product."),
    "not_in_stock": _("what is wanted instead is not in stock."),
}


class ChangePolicyView(Struct, frozen=True):
    """One version of the rules; `active`: the one that decides."""

    version: int
    rules: tuple[ChangeRule, ...]
    note: str
    active: bool
    set_at: datetime
    set_by: str


def active_change_policy() -> ChangePolicyView:
    """Return the version that decides. Raises: NotFound, which a migrated database never does."""
    row = ChangePolicy.objects.filter(active=True).first()
    if row is None:
        raise errors.NotFound(key="active")
    return _view(row)


def change_policies(limit: int = MOST_VERSIONS) -> list[ChangePolicyView]:
    """List versions, the newest first."""
    return [_view(row) for row in ChangePolicy.objects.order_by("-version")[:limit]]


def _view(row: ChangePolicy) -> ChangePolicyView:
    read = msgspec.convert(row.rules, tuple[ChangeRule, ...])
    return ChangePolicyView(row.version, read, row.note, row.active, row.set_at, row.set_by)


def changed_before(order_id: int) -> dict[str, int]:
    """Count the changes of an order that were carried out, by kind."""
    done = OrderChange.objects.filter(order_id=order_id, state="confirmed")
    return dict(Counter(done.values_list("kind", flat=True)))


def breach_words(code: str, rule: ChangeRule | None = None) -> str:
    """Say in words what of a rule keeps a change from being made; "" for nothing."""
    if not code:
        return ""
    return words.word(BREACHES, code) % {"reasons": " · ".join(rule.reasons) if rule else ""}


def refused_kinds(order_id: int, kinds: tuple[str, ...]) -> dict[str, str]:
    """Say for kinds of change why the house's rules refuse them for an order, as far as that is known beforehand."""
    policy = active_change_policy().rules
    if not policy:
        return {}
    shop = Order.objects.values_list("shop__code", flat=True).get(id=order_id)
    before = changed_before(order_id)
    found = {}
    for kind in kinds:
        asked = Asked(kind=kind, shop=shop, cause="customer" if kind == "cancel" else "", before=before)
        rule = rules.rule_for(policy, asked)
        if rule and (why := rules.breach(rule, asked)):
            found[kind] = breach_words(why)
    return found
