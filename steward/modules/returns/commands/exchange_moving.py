"""Lock exchanges with their cases and orders, and carry out their transitions. Steps of commands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.modules.deadlines.commands import ClockStart, ClockStop, cancel_clocks, start_clocks, stop_clocks
from steward.modules.orders.commands.moving import lock_orders
from steward.modules.returns.commands.moving import SUBJECT, lock_cases
from steward.modules.returns.events import ExchangeMoved
from steward.modules.returns.models import Case, Exchange
from steward.modules.returns.rules import exchange as rules

CHOICE, PAYMENT, GOODS, CHARGE = "exchange_choice", "exchange_payment", "exchange_goods", "exchange_charge"
CLOCKS = (CHOICE, PAYMENT, GOODS, CHARGE)
Both = tuple[Case, Exchange]
NOTHING: Mapping[int, int] = {}


def lock_exchanges(actor: Actor, case_ids: Collection[int]) -> list[tuple[Case, Exchange | None]]:
    """Lock cases with their exchanges, and before them the orders these are about, each in id order.

    One that has none comes without. Raises: NotFound where one of them does not exist, or not for this actor.
    """
    wanted = set(case_ids)
    known = Case.objects.filter(id__in=wanted).values_list("order_id", "exchange__order_id")
    lock_orders({id_ for pair in known for id_ in pair if id_ is not None})
    rows = lock_cases(wanted)
    if len(rows) != len(wanted) or not all(actor.covers(row.shop) for row in rows):
        raise errors.NotFound(key=min(wanted, default=0))
    exchanges = Exchange.objects.select_for_update(no_key=True).filter(case_id__in=wanted).order_by("id")
    found = {one.case_id: one for one in exchanges}
    return [(row, found.get(row.id)) for row in rows]


def move_exchange(exchange: Exchange, verb: str, now: datetime, **changes: Any) -> None:
    """Carry out one transition of a locked exchange. Raises: NotPossible, Stale."""
    before, after = exchange.state, rules.next_state(exchange.state, verb)
    changes |= {"state": after, "state_since": now}
    if Exchange.objects.filter(id=exchange.id, state=before).update(**changes) != 1:
        raise errors.Stale
    for name, value in changes.items():
        setattr(exchange, name, value)


def tell_moved(actor: Actor, moved: Sequence[Both], verb: str, *, to_pay: Mapping[int, int] = NOTHING) -> None:
    """Tell how far exchanges have got; `to_pay`, by case, is what the customer has to pay now. Emits: ExchangeMoved."""
    told = [
        ExchangeMoved(
            case_id=row.id,
            number=row.number,
            order_id=row.order_id,
            ticket_id=row.ticket_id,
            kind=row.kind,
            verb=verb,
            state=exchange.state,
            why=exchange.why,
            replacement_order_id=exchange.order_id,
            replacement_number=exchange.order_number,
            total_minor=exchange.total_minor,
            credited_minor=exchange.credited_minor,
            to_pay_minor=to_pay.get(row.id, 0),
            currency=row.currency,
            simulated=row.simulated,
        )
        for row, exchange in moved
    ]
    events.record(actor, told)


def start_clock(actor: Actor, row: Case, kind: str, now: datetime, *, due_at: datetime | None = None) -> None:
    """Let a time begin in which somebody has to act on an exchange; one that runs goes on."""
    start = ClockStart(SUBJECT, row.id, kind, now, {"kind": row.kind}, simulated=row.simulated, due_at=due_at)
    start_clocks(actor, starts=[start], now=now)


def stop_clock(actor: Actor, rows: Collection[Case], kind: str, now: datetime) -> None:
    """End a time of exchanges: what it asked for was done."""
    stop_clocks(actor, stops=[ClockStop(SUBJECT, row.id, kind) for row in rows], at=now)


def call_off_clocks(actor: Actor, row: Case, now: datetime) -> None:
    """Call off whatever time of an exchange still runs."""
    cancel_clocks(actor, stops=[ClockStop(SUBJECT, row.id, kind) for kind in CLOCKS], at=now)
