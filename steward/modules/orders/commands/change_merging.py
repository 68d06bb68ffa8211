"""Make one order of two, and take them apart again: lines, money and promises with nothing lost or doubled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from steward.kernel import errors
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.inventory.commands.promising import release_promises
from steward.modules.orders.commands import change_goods as goods
from steward.modules.orders.commands.change_applying import Job, note_hands, set_free, take_back
from steward.modules.orders.commands.change_planning import back_to
from steward.modules.orders.commands.families import lock_families
from steward.modules.orders.commands.invoices import call_off_invoices
from steward.modules.orders.commands.late_audits import note_late
from steward.modules.orders.commands.money_back import give_back
from steward.modules.orders.commands.moving import Move, Standing, lock_orders, move_orders
from steward.modules.orders.commands.own_steps import call_off_own_clocks
from steward.modules.orders.commands.progress import advance_orders, follow_payments
from steward.modules.orders.models import Line as LineRow
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.transitions import MERGED
from steward.modules.payments import queries as money
from steward.modules.payments.commands.transferring import transfer_all_left, transfer_money

SYSTEM = system("orders")


def merge_orders(job: Job) -> None:
    """Let the other order go into this one; it stays as an empty-handed record that names where it went."""
    one, other, now = job.one, job.other, job.now
    assert other is not None
    assert job.other_facts is not None
    set_free(one)
    set_free(other)
    if one.state == "approved" and other.state != "approved":
        take_back(job.actor, one, job.reason, now)
    release_promises(order_ids=[one.id, other.id])
    homes = back_to(other.id)
    _close_clocks(job, other)
    Order.objects.filter(id=other.id).update(merged_into_id=one.id, fulfilment_state="released", invoice_due_at=None)
    origins = _origins(job, homes)
    goods.write_amounts(one.id, job.plan.after, origins=origins)
    _keep_looks(one, other)
    money_minor = job.other_facts.held_minor
    transfer_money(
        job.actor,
        source=facts_of([other.id])[0],
        target=facts_of([one.id])[0],
        amount_minor=money_minor,
        label=job.label,
        now=now,
    )
    missing = goods.promise_again([(one, not job.plan.effects.open_after_minor)], now, given_up=[other.id])
    goods.note_shortage(job.actor, one.id, missing[one.id], now)
    places = _went_into(job, homes, origins)
    job.row.content = {
        **job.row.content,
        "went_into": places,
        "discounts": _discounts(one, places),
        "adjustments": msgspec.to_builtins(job.facts.adjustments),
    }
    note_hands(job.hands, [one, other])
    follow_payments(SYSTEM, order_ids=[one.id, other.id], now=now)
    advance_orders(SYSTEM, order_ids=[one.id], now=now)


def _close_clocks(job: Job, other: Standing) -> None:
    """End the order that goes with all its clocks; an audit that was late stays accounted for, as when cancelled."""
    waiting = {other.id: other.simulated} if other.state == "audit" else {}
    note_late(job.actor, simulated=waiting, now=job.now, cause="other", note=MERGED)
    move_orders(job.actor, [Move(other, "merge", job.reason, MERGED)], job.now)
    call_off_invoices(job.actor, [other], job.now)
    call_off_own_clocks(job.actor, [other.id], job.now)


def _origins(job: Job, homes: dict[int, int]) -> dict[int, int]:
    """Name for each new line of the merged order, by its place, the line of the other one it is."""
    assert job.other_facts is not None
    before = {line.id: line for line in job.facts.lines}
    joined = {
        line.id
        for line in job.other_facts.lines
        if (home := before.get(homes.get(line.id, 0))) is not None
        and (home.item_id, home.unit_price_minor) == (line.item_id, line.unit_price_minor)
    }
    fresh = [line.id for line in job.other_facts.lines if line.id not in joined]
    places = [place for place, line in enumerate(job.plan.after.lines) if not line.id]
    return dict(zip(places, fresh, strict=True))


def _went_into(job: Job, homes: dict[int, int], origins: dict[int, int]) -> dict[str, int]:
    """Say into which line each line of the other order went, so that it can be taken out again."""
    assert job.other_facts is not None
    fresh = set(origins.values())
    rows = LineRow.objects.filter(order_id=job.one.id, origin_id__in=fresh)
    found = {str(row.origin_id): row.id for row in rows}
    for line in job.other_facts.lines:
        if line.id not in fresh:
            found[str(line.id)] = homes[line.id]
    return found


def _discounts(one: Standing, places: Mapping[str, int]) -> dict[str, int]:
    """Say what discount the lines had that took the other's in, so that a later change of it is seen."""
    rows = LineRow.objects.filter(order_id=one.id, id__in=set(places.values()))
    return {str(row.id): row.discount_minor for row in rows}


def _keep_looks(one: Standing, other: Standing) -> None:
    """Let warnings and hands of the other order count for the one it went into."""
    OrderFinding.objects.filter(order_id=other.id, severity="warning", resolved_at=None).update(order_id=one.id)
    typed_by = {other.entered_by} if other.by_hand else set()
    Order.objects.filter(id=one.id).update(
        mended_by=sorted({*one.mended_by, *other.mended_by, *typed_by}),
        amounts_mended=one.amounts_mended or other.amounts_mended or other.by_hand,
        whole_minor=max(one.whole_minor, other.whole_minor),
    )


def unmerge_orders(job: Job) -> None:
    """Give the other order back what it brought; it comes in anew and goes on as far as the rules allow."""
    one, other, now = job.one, job.other, job.now
    assert other is not None
    assert job.plan.effects.other is not None
    set_free(one)
    goods.write_amounts(one.id, job.plan.after)
    move_orders(job.actor, [Move(other, "revive", job.reason)], now)
    Order.objects.filter(id=other.id).update(merged_into_id=None)
    money_minor = job.plan.effects.other.money_minor
    transfer_money(
        job.actor,
        source=facts_of([one.id])[0],
        target=facts_of([other.id])[0],
        amount_minor=money_minor,
        label=job.label,
        now=now,
    )
    settled = not job.plan.effects.open_after_minor
    missing = goods.promise_again([(one, settled), (other, money_minor >= other.total_minor)], now)
    for id_, units in missing.items():
        goods.note_shortage(job.actor, id_, units, now)
    note_hands(job.hands, [one, other])
    follow_payments(SYSTEM, order_ids=[one.id, other.id], now=now)
    advance_orders(SYSTEM, order_ids=[one.id, other.id], now=now)


@command(needs="orders.advance")
def carry_over(actor: Actor, *, entry_ids: Sequence[int], now: datetime) -> None:
    """Let money that came late for orders that went into others count for those; it goes back where they are over too.

    An order that went into one which went into another again is followed to the last. A second run finds nothing to
    carry. Raises: Stale where they moved while this waited for them; the job looks again. Emits: MoneyMoved,
    RefundRequested and what follow_payments emits. Locks: orders in id order, then the money of their
    families.
    """
    paid = money.orders_of_fresh_payments(entry_ids)
    before = _went_on(paid)
    standings = lock_orders({*before, *before.values()})
    after = _went_on([id_ for id_ in paid if id_ in standings])
    if not {*after, *after.values()} <= standings.keys():
        raise errors.Stale
    lock_families(standings)
    for id_ in sorted(after.keys() & set(paid)):
        last = after[id_]
        while last in after:
            last = after[last]
        if standings[last].state == "cancelled":
            give_back(actor, order_ids=[id_], cause="late_payment", reason="", now=now)
            continue
        transfer_all_left(actor, source=facts_of([id_])[0], target=facts_of([last])[0], now=now)
    follow_payments(SYSTEM, order_ids=sorted(standings), now=now)


def _went_on(order_ids: Iterable[int]) -> dict[int, int]:
    """Read which orders went into which, each followed to the last: order → the next."""
    found: dict[int, int] = {}
    asked = set(order_ids)
    while asked:
        merged = Order.objects.filter(id__in=asked, cancel_cause=MERGED, merged_into__isnull=False)
        step: dict[int, int] = dict(merged.values_list("id", "merged_into_id"))
        found |= step
        asked = set(step.values()) - found.keys()
    return found
