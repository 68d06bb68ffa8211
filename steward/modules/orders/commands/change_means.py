"""Let an order be paid by other means: the new ones pay all of it, what came before goes back. Source: ORD-9."""

from __future__ import annotations

from django.utils.translation import gettext as _
from msgspec import Struct

from steward.modules.orders.commands.change_planning import UnfitWish
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.change_plan import Facts
from steward.modules.payments import commands as payments
from steward.modules.payments.queries.refunds import payables
from steward.modules.payments.rules.refunds import Payable

CAUSE = "overpaid"


class Means(Struct, frozen=True):
    """Which payments go back, how much that is, and what a gift card pays anew. Units: minor currency units."""

    old_ids: tuple[int, ...]
    refund_minor: int
    card_minor: int


def means_of(facts: Facts, card: str) -> Means:
    """Choose what goes back and what pays instead, for an order whose money is locked.

    A gift card pays the whole at once, also where nothing is paid yet. Any other means the customer has used already:
    they paid the whole a second time, and what came before goes back. Raises: UnfitWish.
    """
    paid = [one for one in payables(facts.order_id, facts.currency) if one.left_minor > 0]
    if not facts.total_minor or not (paid or card):
        raise UnfitWish(why=_("nothing is paid yet; the customer pays by the means they like."))
    if card:
        if _is_paid_by(paid, card):
            raise UnfitWish(why=_("this card has paid for it already."))
        return Means(tuple(one.entry_id for one in paid), sum(one.left_minor for one in paid), facts.total_minor)
    newest, old = paid[-1], paid[:-1]
    if not old or newest.left_minor != facts.total_minor:
        raise UnfitWish(
            why=_(
                "name a gift card. By other means the customer pays the whole first; then what came before goes back."
            )
        )
    return Means(tuple(one.entry_id for one in old), sum(one.left_minor for one in old), 0)


def _is_paid_by(paid: list[Payable], card: str) -> bool:
    return any(one.method == card.strip() for one in paid)


def want_back(facts: Facts, found: Means, asked_by: str, hands: tuple[str, ...], reason: str) -> payments.RefundWant:
    """Say what goes back of the payments that were there before."""
    return payments.RefundWant(
        order=facts_of([facts.order_id])[0],
        cause=CAUSE,
        currency=facts.currency,
        amount_minor=found.refund_minor,
        reason=reason,
        asked_by=asked_by,
        involved=hands,
        payment_ids=found.old_ids,
    )
