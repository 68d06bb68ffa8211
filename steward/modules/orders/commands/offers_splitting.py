"""Follow the answer "what is there now, the rest when it comes": two linked orders, no money goes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.orders.commands.change_facts import read_facts
from steward.modules.orders.commands.change_goods import lock_planned
from steward.modules.orders.commands.change_planning import planned
from steward.modules.orders.commands.change_splitting import part_off
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.events import OrderChanged
from steward.modules.orders.models import Offer, Order
from steward.modules.orders.rules import offers as rules
from steward.modules.orders.rules.change_plan import Wish
from steward.modules.orders.rules.changes import hindrance


class OptionGone(errors.Refusal):
    """Refuse an answer whose terms no longer hold; the buyer looks at what there is now and chooses again."""

    code = "option_gone"
    status = 409
    message = gettext_lazy("This is no longer possible as it was shown. Please look again and choose.")


def split_for_buyer(
    actor: Actor, one: Standing, choice: rules.Choice, offer: Offer, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a locked order into what is there and what waits, as a step of answering its offer.

    The waiting part counts as asked and answered until the day the goods are expected. Whoever chose for the buyer
    audits neither part. Returns what changed of the order, before and after. Raises: OptionGone. Emits: OrderChanged
    and what parting emits.
    """
    facts = read_facts([one])[one.id]
    if hindrance("split", facts.state, facts.fulfilment_state, facts.looks):
        raise OptionGone
    kept = {line.id: line.wanted for line in choice.lines}
    shares = rules.waiting_shares(facts.lines, kept)
    plan = planned(Wish(kind="split", shares=shares), facts, one.pool)
    if plan.other_after is None or plan.effects.other is None:
        raise OptionGone
    lock_planned([one], plan)
    part = part_off(
        actor,
        one,
        plan.after,
        plan.other_after,
        money_minor=plan.effects.other.money_minor,
        held_minor=facts.held_minor,
        label=f"OF-{offer.id}",
        now=now,
        hands=() if actor.kind == "system" else (actor.id,),
    )
    if Order.objects.filter(id=one.id, fulfilment_state="short").exists():
        raise OptionGone
    number, part_number = (Order.objects.values_list("number", flat=True).get(id=id_) for id_ in (one.id, part.id))
    Offer.objects.create(
        order_id=part.id,
        state="answered",
        answer="wait",
        goods=offer.goods,
        wait_until=offer.wait_until,
        made_at=offer.made_at,
        made_by=offer.made_by,
        closed_at=now,
        closed_by=actor.id,
        reason=offer.reason,
    )
    told = [
        OrderChanged(
            order_id=id_,
            change_id=0,
            change="split",
            reason="",
            set_aside=False,
            approved=False,
            other_order_id=other,
            other_number=other_number,
            simulated=one.simulated,
        )
        for id_, other, other_number in ((one.id, part.id, part_number), (part.id, one.id, number))
    ]
    events.record(actor, told)
    return {"total_minor": facts.total_minor}, {"total_minor": plan.after.total_minor}
