"""Screen orders: write their signals, judge them by the rules in force, hold those whose score is too high."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from steward.kernel import arrays, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.deadlines.commands import ClockStart, start_clocks
from steward.modules.orders.commands.moving import Standing, lock_orders
from steward.modules.orders.commands.screening_signals import write_signals
from steward.modules.orders.events import OrderHeld
from steward.modules.orders.models import Hold, HoldDecision, Signal
from steward.modules.orders.models import RuleSet as RuleSetRow
from steward.modules.orders.queries.screening_facts import facts_of, set_of
from steward.modules.orders.queries.screening_sealed import opened
from steward.modules.orders.rules.screening import Facts, Verdict, judge, must_hold_again

PACKAGE = "steward.modules.orders"
CLOCK = "order_screening"
NOTHING_KNOWN = Facts(0, "", 0)
# Nothing is screened that cannot go out any more, or was screened elsewhere long ago.
SCREENED_IN = ("received", "checked", "audit")


@command(needs="orders.advance")
def screen_again(actor: Actor, *, order_ids: Sequence[int], now: datetime) -> None:
    """Screen orders anew after something about them changed; what a person released for as much stays released.

    Emits: OrderHeld. Locks: orders in id order.
    """
    orders = [one for one in lock_orders(order_ids).values() if one.is_screened]
    Signal.objects.filter(order_id__in=[one.id for one in orders]).delete()
    for one in orders:
        one.is_screened = False
    screen_locked(actor, orders, now)


def screen_locked(actor: Actor, orders: Sequence[Standing], now: datetime) -> None:
    """Screen locked orders that were not yet, as a step of the caller's command, and mark those that are held.

    A constant number of statements for all of them. Past orders are never judged. Emits: OrderHeld.
    """
    waiting = {one.id: one for one in orders if _is_to_be_screened(one)}
    row = RuleSetRow.objects.filter(state="active").first() if waiting else None
    if row is None:
        return
    rule_set, found = set_of(row), opened(list(waiting))
    write_signals(found)
    registered = {one.order_id: one.registered_at for one in found if one.registered_at}
    facts = facts_of(list(waiting), rule_set, registered=registered, as_of=now)
    verdicts = {order_id: judge(facts.get(order_id, NOTHING_KNOWN), rule_set) for order_id in waiting}
    screenings = _write(row.id, verdicts, now)
    for one in waiting.values():
        one.is_screened = True
    _hold(actor, waiting, verdicts, screenings, now)


def _is_to_be_screened(one: Standing) -> bool:
    return not one.is_screened and not one.historic and one.state in SCREENED_IN


def _write(rule_set_id: int, verdicts: Mapping[int, Verdict], now: datetime) -> dict[int, int]:
    """Keep what was said of each order. Returns the screening's id by order."""
    reasons = [msgspec.json.encode(verdict.reasons).decode() for verdict in verdicts.values()]
    columns: dict[str, Any] = {
        "rule_set_id": rule_set_id,
        "now": now,
        "order_ids": arrays.integers(verdicts),
        "scores": arrays.integers([verdict.score for verdict in verdicts.values()]),
        "reasons": arrays.texts(reasons),
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "screening_insert"), columns)
        return {order_id: id_ for id_, order_id in cursor.fetchall()}


def _hold(
    actor: Actor,
    orders: Mapping[int, Standing],
    verdicts: Mapping[int, Verdict],
    screenings: Mapping[int, int],
    now: datetime,
) -> None:
    """Open a hold, with its clock, for each order whose score is too high and that is not held already."""
    suspects = [order_id for order_id, verdict in verdicts.items() if verdict.is_held and not orders[order_id].is_held]
    if not suspects:
        return
    released: dict[int, list[int]] = defaultdict(list)
    known = HoldDecision.objects.filter(hold__order_id__in=suspects, outcome="released")
    for order_id, score in known.values_list("hold__order_id", "hold__screening__score"):
        released[order_id].append(score)
    held = [
        order_id
        for order_id in suspects
        if must_hold_again(verdict=verdicts[order_id], released_scores=released[order_id])
    ]
    Hold.objects.bulk_create([Hold(order_id=id_, screening_id=screenings[id_], opened_at=now) for id_ in held])
    start_clocks(actor, starts=[ClockStart("order", order_id, CLOCK, now) for order_id in held], now=now)
    for order_id in held:
        orders[order_id].is_held = True
    events.record(
        actor,
        [
            OrderHeld(
                order_id=order_id,
                score=verdicts[order_id].score,
                rules=[reason.rule for reason in verdicts[order_id].reasons],
                simulated=orders[order_id].simulated,
            )
            for order_id in held
        ],
    )
