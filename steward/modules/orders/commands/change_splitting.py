"""Part an order in two: the second gets its share of lines, money and promises; sums are exact."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from msgspec import structs

from steward.kernel import numbering
from steward.kernel.actor import Actor, system
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.orders.commands import change_goods as goods
from steward.modules.orders.commands.change_applying import Job, note_hands, set_free
from steward.modules.orders.commands.invoices import CLOCK
from steward.modules.orders.commands.moving import Standing, lock_orders
from steward.modules.orders.commands.progress import advance_orders, follow_payments
from steward.modules.orders.commands.writing import CLOCK_OF_STATE
from steward.modules.orders.commands.writing import facts_of as clock_facts
from steward.modules.orders.models import Order, OrderFinding, Screening
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.change_effects import Amounts, open_minor
from steward.modules.payments import commands as payments

SYSTEM = system("orders")
SEQUENCE = "orders_order_id_seq"
LONGEST_NUMBER = 80


def split_order(job: Job) -> None:
    """Make the second order of a split and link it."""
    assert job.plan.other_after is not None
    assert job.plan.effects.other is not None
    set_free(job.one)
    part = part_off(
        job.actor,
        job.one,
        job.plan.after,
        job.plan.other_after,
        money_minor=job.plan.effects.other.money_minor,
        held_minor=job.facts.held_minor,
        label=job.label,
        now=job.now,
        hands=job.hands,
    )
    job.row.other_id = part.id
    job.other = part


def part_off(
    actor: Actor,
    one: Standing,
    rest: Amounts,
    going: Amounts,
    *,
    money_minor: int,
    held_minor: int,
    label: str,
    now: datetime,
    hands: Sequence[str] = (),
) -> Standing:
    """Move lines, money and promises of a locked order into a new one, as a step of the caller's command.

    The new one stands where the first stands, and its clocks began when the first's did: parting gains no time. What
    screening and checks said of the first holds for it. Both are audited as the whole would have been, and by nobody
    whose `hands` parted them: halves do not slip below a limit. Returns the new order, locked. Emits: MoneyMoved and
    what follow_payments and advance_orders emit. Locks: the money of the new one; lock_planned comes before.
    """
    row = Order.objects.get(id=one.id)
    part = _written(row, going, label, now)
    origins = {place: line.id for place, line in enumerate(going.lines)}
    goods.write_amounts(one.id, rest)
    fresh = structs.replace(going, lines=tuple(structs.replace(line, id=0) for line in going.lines))
    goods.write_amounts(part.id, fresh, origins=origins)
    _copy_looks(one.id, part.id)
    Order.objects.filter(id=one.id).update(whole_minor=part.whole_minor)
    other = lock_orders([part.id])[part.id]
    if hands:
        note_hands(hands, [one, other])
    source, target = facts_of([one.id])[0], facts_of([part.id])[0]
    payments.transfer_money(actor, source=source, target=target, amount_minor=money_minor, label=label, now=now)
    settled = not open_minor(total_minor=rest.total_minor, held_minor=held_minor - money_minor)
    settled_there = not open_minor(total_minor=going.total_minor, held_minor=money_minor)
    one.total_minor = rest.total_minor
    missing = goods.promise_again([(one, settled), (other, settled_there)], now)
    for id_, units in missing.items():
        goods.note_shortage(actor, id_, units, now)
    _start_clocks(actor, row, other, now, settled=settled_there)
    follow_payments(SYSTEM, order_ids=[one.id, part.id], now=now)
    advance_orders(SYSTEM, order_ids=[one.id, part.id], now=now)
    return lock_orders([part.id])[part.id]


def _written(row: Order, going: Amounts, label: str, now: datetime) -> Order:
    """Write the new order: what concerns the buyer, the address and where it stands is the first's."""
    id_ = numbering.next_ids(SEQUENCE, 1)[0]
    values = {field.attname: getattr(row, field.attname) for field in Order._meta.concrete_fields}
    values |= {
        "id": id_,
        "number": numbering.number("SO", id_, now),
        "external_number": _external_number(row),
        "lines_minor": going.lines_minor,
        "shipping_minor": going.shipping_minor,
        "discount_minor": going.discount_minor,
        "total_minor": going.total_minor,
        "paid_minor": 0,
        "refunded_minor": 0,
        "payment_state": "unpaid",
        "fulfilment_state": "none",
        "payload_hash": hashlib.sha256(label.encode()).digest(),
        "whole_minor": max(row.whole_minor, row.total_minor),
        "split_from_id": row.id,
        "merged_into_id": None,
    }
    part = Order(**values)
    part.save(force_insert=True)
    return part


def _external_number(row: Order) -> str:
    """Number the part after the order it comes from: `A-1/2`, `A-1/3` and so on, as long as the shop has none such."""
    stem = row.external_number[: LONGEST_NUMBER - 5]
    taken = set(
        Order.objects.filter(shop_id=row.shop_id, external_number__startswith=f"{stem}/").values_list(
            "external_number", flat=True
        )
    )
    return next(name for place in range(2, 1_000) if (name := f"{stem}/{place}") not in taken)


def _copy_looks(order_id: int, part_id: int) -> None:
    """Let what was seen of the first order hold for its part: open warnings, and what screening said."""
    warnings = OrderFinding.objects.filter(order_id=order_id, severity="warning", resolved_at=None)
    _copy_rows(list(warnings), part_id)
    _copy_rows(list(Screening.objects.filter(order_id=order_id).order_by("-id")[:1]), part_id)


def _copy_rows(rows: Sequence[OrderFinding] | Sequence[Screening], order_id: int) -> None:
    for row in rows:
        row.pk = None
        row.order_id = order_id
        row.save(force_insert=True)


def _start_clocks(actor: Actor, row: Order, part: Standing, now: datetime, *, settled: bool) -> None:
    """Start the clocks of the part when those of the first began; an invoice that is paid has none."""
    if part.historic:
        return
    starts = []
    facts = clock_facts(part.priority)
    if part.state in CLOCK_OF_STATE:
        kind = CLOCK_OF_STATE[part.state]
        starts.append(ClockStart("order", part.id, kind, row.state_since, facts, simulated=part.simulated))
    if row.invoice_due_at is not None and part.state == "approved" and not settled:
        due_at = row.invoice_due_at
        starts.append(
            ClockStart("order", part.id, CLOCK, row.state_since, facts, simulated=part.simulated, due_at=due_at)
        )
    start_clocks(actor, starts=starts, now=now)
