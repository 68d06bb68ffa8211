"""Carry a confirmed change out on locked orders: each kind is one function, all within the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel import events, money
from steward.kernel.actor import Actor, system
from steward.modules.catalog import queries as catalog
from steward.modules.inventory.commands.promising import lower_promises
from steward.modules.inventory.commands.reserving import release_reservations
from steward.modules.orders.commands import change_goods as goods
from steward.modules.orders.commands.cancel import cancel_locked
from steward.modules.orders.commands.change_means import means_of, want_back
from steward.modules.orders.commands.change_planning import Plan
from steward.modules.orders.commands.invoices import forget_paid_invoices
from steward.modules.orders.commands.mend import change_recipient
from steward.modules.orders.commands.moving import Move, Standing, lock_order, move_orders
from steward.modules.orders.commands.progress import advance_orders, follow_payments
from steward.modules.orders.commands.screening import screen_again
from steward.modules.orders.commands.waiting import units_wanted
from steward.modules.orders.events import OrderMended
from steward.modules.orders.models import Order, OrderChange
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.change_effects import Amounts
from steward.modules.orders.rules.change_plan import Facts, Wish
from steward.modules.orders.rules.changes import phase
from steward.modules.payments.commands import request_refund
from steward.modules.payments.commands.cards import redeem_card

SYSTEM = system("orders")


class Job(Struct, kw_only=True):
    """A change that is being carried out: what was wanted, what was computed, and the locked orders it is about."""

    actor: Actor
    now: datetime
    row: OrderChange
    wish: Wish
    plan: Plan
    one: Standing
    facts: Facts
    other: Standing | None = None
    other_facts: Facts | None = None

    @property
    def hands(self) -> list[str]:
        """List who had a hand in it: they do not check or audit it."""
        return sorted({self.row.proposed_by, self.actor.id})

    @property
    def label(self) -> str:
        """Name the change where its money is booked."""
        return f"CH-{self.row.id}"

    @property
    def reason(self) -> str:
        """Return why, as who proposed it wrote."""
        return self.row.reason


def change_address(job: Job) -> None:
    """Send the order elsewhere: checked, screened and verified anew; an approved one is audited again."""
    take_back(job.actor, job.one, job.reason, job.now)
    change_recipient(job.actor, job.one, job.wish.recipient, job.now, hands=job.hands)
    look_again(job.one, job.now)


def change_lines(job: Job) -> None:
    """Put other lines in the place of those that stand, with promises and money."""
    one, now = job.one, job.now
    if phase(one.state, one.fulfilment_state) == "leaving":
        _call_off_the_rest(job)
        return
    take_back(job.actor, one, job.reason, now)
    found = goods.check_goods(one, job.plan.after, now)
    before = _texts(job.facts.amounts, one.currency)
    goods.write_amounts(one.id, job.plan.after)
    settled = not job.plan.effects.open_after_minor
    missing = goods.promise_again([(one, settled)], now)[one.id]
    goods.put_findings(job.actor, one.id, found, now)
    goods.note_shortage(job.actor, one.id, missing, now)
    _note_amounts(job, before)
    goods.give_back_difference(job.actor, one.id, job.plan.effects.refund_minor, one.currency, job.hands, now)
    if job.wish.card and job.plan.effects.asked_minor:
        pay_difference(job)
    follow_payments(SYSTEM, order_ids=[one.id], now=now)
    look_again(one, now)


def pay_difference(job: Job) -> None:
    """Let the gift card that was named pay what the change asks for. Raises: CardTooShort."""
    redeem_card(
        job.actor,
        order=facts_of([job.one.id])[0],
        code=job.wish.card,
        amount_minor=job.plan.effects.asked_minor,
        key=job.label,
        now=job.now,
    )


def change_means(job: Job) -> None:
    """Let other means pay for the order, and ask for what came before to go back. Raises: CardTooShort."""
    found = means_of(job.facts, job.wish.card)
    order = facts_of([job.one.id])[0]
    if found.card_minor:
        redeem_card(
            job.actor, order=order, code=job.wish.card, amount_minor=found.card_minor, key=job.label, now=job.now
        )
    if found.refund_minor:
        want = want_back(job.facts, found, job.actor.id, tuple(job.hands), job.reason)
        request_refund(SYSTEM, want=want, now=job.now)
    follow_payments(SYSTEM, order_ids=[job.one.id], now=job.now)


def _call_off_the_rest(job: Job) -> None:
    """Take pieces that have not left the house off an order of which others have; what left stays as it is."""
    one, now = job.one, job.now
    before = _texts(job.facts.amounts, one.currency)
    goods.write_amounts(one.id, job.plan.after)
    lower_promises(still_wanted={one.id: units_wanted([one.id]).get(one.id, {})})
    _note_amounts(job, before)
    goods.give_back_difference(job.actor, one.id, job.plan.effects.refund_minor, one.currency, job.hands, now)
    follow_payments(SYSTEM, order_ids=[one.id], now=now)


def change_service(job: Job) -> None:
    """Choose another delivery service; what is planned for the old one is planned anew."""
    set_free(job.one)
    Order.objects.filter(id=job.one.id).update(service=job.wish.service)


def cancel_whole(job: Job) -> None:
    """Cancel the order: goods and money go back."""
    cancel_locked(job.actor, [Move(job.one, "cancel", job.reason, job.wish.cause)], job.now, hands=job.hands)


def set_free(one: Standing) -> bool:
    """Give back what is set aside for a locked order; the promise stays. Returns whether anything was."""
    if one.fulfilment_state != "allocated":
        return False
    release_reservations(order_ids=[one.id])
    Order.objects.filter(id=one.id, fulfilment_state="allocated").update(fulfilment_state="promised")
    one.fulfilment_state = "promised"
    return True


def take_back(actor: Actor, one: Standing, reason: str, now: datetime) -> None:
    """Bring a locked order back to where it is checked and audited, because what was agreed to changes."""
    set_free(one)
    if one.state == "approved":
        move_orders(actor, [Move(one, "reopen", reason)], now)
        forget_paid_invoices([one])


def look_again(one: Standing, now: datetime) -> None:
    """Screen an order anew and let it go on as far as the rules allow."""
    screen_again(SYSTEM, order_ids=[one.id], now=now)
    advance_orders(SYSTEM, order_ids=[one.id], now=now)


def note_hands(hands: Sequence[str], standings: Sequence[Standing]) -> None:
    """Note who changed the amounts of orders: they do not audit them, and no order passes its audit by itself."""
    for one in standings:
        mended_by = sorted({*lock_order(one.id).mended_by, *hands})
        Order.objects.filter(id=one.id).update(mended_by=mended_by, amounts_mended=True)


def _note_amounts(job: Job, before: Mapping[str, Any]) -> None:
    """Record what changed of lines and amounts, so that another person checks it and everybody can read it."""
    note_hands(job.hands, [job.one])
    after = _texts(job.plan.after, job.one.currency)
    fields = [name for name in after if before[name] != after[name]]
    mended = OrderMended(
        order_id=job.one.id,
        fields=fields,
        before={name: before[name] for name in fields},
        after={name: after[name] for name in fields},
        currency=job.one.currency,
        simulated=job.one.simulated,
    )
    events.record(job.actor, [mended])


def _texts(amounts: Amounts, currency: str) -> dict[str, Any]:
    names = catalog.items_by_id({line.item_id for line in amounts.lines})
    lines = [
        f"{line.wanted} × {names[line.item_id].sku} · {money.to_decimal(line.unit_price_minor, currency)} {currency}"
        for line in amounts.lines
    ]
    return {
        "lines": lines,
        "shipping_minor": amounts.shipping_minor,
        "discount_minor": amounts.discount_minor,
        "total_minor": amounts.total_minor,
    }


Applying = Callable[[Job], None]
