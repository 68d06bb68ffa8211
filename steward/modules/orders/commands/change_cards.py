"""Hold the gift card that shall pay for a change against what it would have to pay."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from steward.kernel.actor import Actor, NotPermitted
from steward.modules.orders.commands.change_planning import Plan, UnfitWish
from steward.modules.orders.rules.change_plan import Wish
from steward.modules.payments.commands.cards import check_card

NEEDS = "payments.cards"


def allow_card(actor: Actor, wish: Wish) -> None:
    """Refuse a card to who may not let cards pay. Raises: NotPermitted."""
    if wish.card and not actor.may(NEEDS):
        raise NotPermitted(permission=NEEDS)


def refuse_short_card(wish: Wish, plan: Plan, currency: str, now: datetime) -> None:
    """Refuse a card that cannot pay what a change of lines asks for. Raises: UnfitWish, CardTooShort."""
    if not wish.card:
        return
    if wish.kind != "lines":
        raise UnfitWish(why=_("a gift card pays the difference of a change of lines only."))
    if plan.effects.asked_minor:
        check_card(wish.card, plan.effects.asked_minor, currency, now=now)
