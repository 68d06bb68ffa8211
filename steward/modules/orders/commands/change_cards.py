"""Hold a change against what its actor may besides, and the gift card that shall pay against what it has to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from msgspec import structs

from steward.kernel.actor import Actor, NotPermitted
from steward.modules.orders.commands.change_means import means_of
from steward.modules.orders.commands.change_planning import Plan, UnfitWish
from steward.modules.orders.rules.change_plan import Facts, Wish
from steward.modules.payments.commands.cards import check_card

CARDS = "payments.cards"
# Whoever may change orders may not thereby do what another right is for.
ALSO_NEEDS: Mapping[str, str] = {"cancel": "orders.cancel"}


def allow(actor: Actor, kind: str, *, card: str = "") -> None:
    """Refuse who may change orders, but not what this change does besides. Raises: NotPermitted."""
    needed = [ALSO_NEEDS[kind]] if kind in ALSO_NEEDS else []
    for permission in [*needed, *([CARDS] if card else [])]:
        if not actor.may(permission):
            raise NotPermitted(permission=permission)


def with_means(plan: Plan, wish: Wish, facts: Facts) -> Plan:
    """Say in the preview of other means what goes back. Raises: UnfitWish."""
    if wish.kind != "means":
        return plan
    found = means_of(facts, wish.card)
    effects = structs.replace(plan.effects, refund_minor=found.refund_minor, open_after_minor=0)
    return structs.replace(plan, effects=effects)


def refuse_short_card(wish: Wish, plan: Plan, currency: str, now: datetime) -> None:
    """Refuse a card that cannot pay what a change asks it to. Raises: UnfitWish, CardTooShort."""
    if not wish.card:
        return
    if wish.kind == "means":
        check_card(wish.card, plan.effects.total_after_minor, currency, now=now)
        return
    if wish.kind != "lines":
        raise UnfitWish(why=_("a gift card pays for changed lines, or for the whole order, and nothing else."))
    if plan.effects.asked_minor:
        check_card(wish.card, plan.effects.asked_minor, currency, now=now)
