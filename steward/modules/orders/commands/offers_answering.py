"""Answers to offers: each offer gets one, and the order follows it in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import errors, events, parameters
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStop, stop_clocks
from steward.modules.orders.commands.cancel import cancel_locked
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.moving import Move, Standing, lock_order, lock_orders
from steward.modules.orders.commands.offers import CANCELS, CLOCK, SUBJECT, waits_for_goods, withdraw_offers
from steward.modules.orders.commands.offers_lines import put_lines
from steward.modules.orders.commands.offers_splitting import OptionGone, split_for_buyer
from steward.modules.orders.commands.progress import advance_orders, follow_payments
from steward.modules.orders.events import OfferAnswered, OfferExpired
from steward.modules.orders.models import Offer, Order
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.queries.offer_facts import offer_facts
from steward.modules.orders.rules import offers as rules
from steward.modules.orders.rules import transitions
from steward.modules.payments import commands as payments

__all__ = ["OfferOver", "OptionGone", "SayWhy", "answer_offer", "expire_offers"]

SYSTEM = system("orders")
REFUND_CAUSE = "overpaid"


class OfferOver(errors.Refusal):
    """Refuse an answer after the offer's end."""

    code = "offer_over"
    status = 410
    message = gettext_lazy("The time to choose is over.")


class SayWhy(errors.Refusal):
    """Refuse to answer for a buyer without a reason."""

    code = "reason_missing"
    status = 422
    message = gettext_lazy("Say why you answer for the buyer, e.g. that they called.")


@command(needs="orders.offer")
def answer_offer(actor: Actor, *, offer_id: int, option: str, now: datetime, reason: str = "") -> bool:
    """Take the one answer of an offer; the order follows: lines, promises, money, state.

    `option` is the code of a choice with the terms that were shown. Returns whether this answer counts: False where
    one was given before, or the goods came meanwhile. A person answers for the buyer with a reason.
    Raises: NotFound, SayWhy, OfferOver, OptionGone. Emits: OfferAnswered and what the answer leads to.
    Locks: the order, then the money of its family, then its promises. Source: ORD-4.
    """
    order_id = Offer.objects.filter(id=offer_id).values_list("order_id", flat=True).first()
    if order_id is None:
        raise errors.NotFound(key=offer_id)
    if actor.kind != "system" and not reason.strip():
        raise SayWhy
    one = lock_order(order_id)
    offer = Offer.objects.get(id=offer_id)
    if offer.state != "open":
        return False
    if not waits_for_goods(one):
        withdraw_offers(actor, order_ids=[order_id], why="promised", now=now)
        return False
    if offer.expires_at is not None and now >= offer.expires_at:
        raise OfferOver
    lock_families([order_id])
    order = Order.objects.get(id=order_id)
    choice = rules.find(offer_facts(order, one.pool), option)
    if choice is None:
        raise OptionGone
    _close(actor, offer, "answered", choice.kind, now, reason=reason.strip()[:200])
    before, after = _follow(actor, one, order, choice, offer, now)
    terms: dict[str, Any] = {"refund_minor": choice.refund_minor, "extra_minor": choice.extra_minor, **after}
    Offer.objects.filter(id=offer_id).update(terms=terms)
    answered = OfferAnswered(
        order_id=order_id,
        offer_id=offer_id,
        answer=choice.kind,
        on_behalf=actor.kind != "system",
        reason=reason.strip()[:200],
        before=before,
        after=after,
        currency=one.currency,
        refund_minor=choice.refund_minor,
        extra_minor=choice.extra_minor,
        simulated=one.simulated,
    )
    events.record(actor, [answered])
    return True


@command(needs="orders.offer")
def expire_offers(actor: Actor, *, offer_ids: Sequence[int], now: datetime) -> int:
    """Close offers nobody answered in time: their orders wait on, or are cancelled, by policy. Returns how many.

    An answer of the same moment wins, or finds the offer closed. Emits: OfferExpired and what cancelling emits.
    Locks: orders in id order, then the money of their families, then their promises.
    """
    closed = 0
    open_ = Offer.objects.filter(id__in=list(offer_ids), state="open").order_by("order_id")
    waiting = list(open_.values_list("id", "order_id"))
    orders = lock_orders(order_id for _id, order_id in waiting)
    lock_families(orders)
    for offer_id, order_id in waiting:
        one = orders[order_id]
        offer = Offer.objects.get(id=offer_id)
        if offer.state != "open":
            continue
        if not waits_for_goods(one):
            withdraw_offers(actor, order_ids=[order_id], why="promised", now=now)
            continue
        cancels = parameters.value(CANCELS) and transitions.can(one.state, "cancel")
        answer: rules.Kind = "cancel" if cancels else "wait"
        _close(actor, offer, "expired", answer, now)
        events.record(
            actor, [OfferExpired(order_id=order_id, offer_id=offer_id, answer=answer, simulated=one.simulated)]
        )
        if cancels:
            _cancel(SYSTEM, one, _("No answer to the offer in time"), now)
        closed += 1
    return closed


def _close(actor: Actor, offer: Offer, state: str, answer: rules.Kind, now: datetime, *, reason: str = "") -> None:
    """Close an open offer, by compare and set. Raises: Stale."""
    values = {"state": state, "answer": answer, "closed_at": now, "closed_by": actor.id, "reason": reason}
    if not Offer.objects.filter(id=offer.id, state="open").update(**values):
        raise errors.Stale
    stop_clocks(actor, stops=[ClockStop(SUBJECT, offer.id, CLOCK)], at=now)


def _follow(
    actor: Actor, one: Standing, order: Order, choice: rules.Choice, offer: Offer, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let the order follow a choice. Returns what changed of it, before and after. Raises: OptionGone."""
    if choice.kind == "wait":
        return {}, {}
    if choice.kind == "cancel":
        _cancel(_behind(actor), one, _("Chosen by the buyer"), now)
        return {}, {}
    if choice.kind == "split":
        return split_for_buyer(actor, one, choice, offer, now)
    changed = put_lines(actor, one, order, choice, now)
    if changed is None:
        raise OptionGone
    if choice.refund_minor:
        want = payments.RefundWant(
            order=facts_of([one.id])[0],
            cause=REFUND_CAUSE,
            currency=one.currency,
            amount_minor=choice.refund_minor,
            reason=_("Partial shipment chosen by the buyer"),
            asked_by=_behind(actor).id,
        )
        payments.request_refund(SYSTEM, want=want, now=now)
    follow_payments(SYSTEM, order_ids=[one.id], now=now)
    advance_orders(SYSTEM, order_ids=[one.id], now=now)
    return changed


def _behind(actor: Actor) -> Actor:
    """Name who stands behind an answer: whoever gave it for the buyer agrees to no refund it leads to."""
    return SYSTEM if actor.kind == "system" else actor


def _cancel(actor: Actor, one: Standing, reason: str, now: datetime) -> None:
    cancel_locked(actor, [Move(one, "cancel", reason, "short_of_stock")], now)
