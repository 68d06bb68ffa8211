"""End exchanges: with their cases, as nobody paid, as nothing came back, or as money goes back instead. RET-5."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands import replacing
from steward.modules.returns.commands import exchange_telling as telling
from steward.modules.returns.commands.closing import close_if_done
from steward.modules.returns.commands.exchange_moving import (
    CHARGE,
    CHOICE,
    GOODS,
    Both,
    call_off_clocks,
    lock_exchanges,
    move_exchange,
    start_clock,
    stop_clock,
    tell_moved,
)
from steward.modules.returns.models import Case, Exchange
from steward.modules.returns.rules import exchange as rules

CHARGE_H = parameters.define(
    "returns.exchange_charge_h",
    7 * 24,
    unit="h",
    label=_("Within which time a replacement sent in advance is to be paid once its goods did not come"),
    minimum=1,
    maximum=24 * 90,
)
MONEY_INSTEAD = {"exchange": "return_refund", "reship": "refund_only"}


class NothingToTurn(errors.Refusal):
    """Refuse to give money back instead of goods that are on their way already, or where nothing is exchanged."""

    code = "nothing_to_turn"
    message = _("Money can go back instead only as long as the replacement has not left.")


def end(actor: Actor, both: Both, why: str, now: datetime) -> bool:
    """End a locked exchange as a step of commands: its goods are free, what was paid for it goes back.

    Where it has left already it is charged instead. Returns whether it ended. Emits: ExchangeMoved, OrderCancelled.
    """
    row, exchange = both
    if exchange.state in rules.WAITING:
        gone = not replacing.call_off_replacements(
            actor, order_ids=[exchange.order_id or 0], reason=row.number, now=now
        )
        if gone and exchange.state == "advanced":
            charge(actor, both, now)
            return False
    call_off_clocks(actor, row, now)
    move_exchange(exchange, "end", now, why=why, pay_by=None)
    tell_moved(actor, [both], "end")
    return True


def charge(actor: Actor, both: Both, now: datetime) -> None:
    """Let the customer owe what goods should have paid that did not come, as a step of commands; a time runs.

    Emits: ExchangeMoved, OrderReplaced.
    """
    row, exchange = both
    to_pay_minor = replacing.charge_replacement(actor, order_id=exchange.order_id or 0, now=now)
    stop_clock(actor, [row], GOODS, now)
    move_exchange(exchange, "charge", now)
    start_clock(actor, row, CHARGE, now, due_at=now + timedelta(hours=int(parameters.value(CHARGE_H))))
    tell_moved(actor, [both], "charge", to_pay={row.id: to_pay_minor})
    telling.tell_charged(actor, row, exchange, to_pay_minor, now)


def reopen(actor: Actor, both: Both, why: str, now: datetime) -> None:
    """Let somebody choose anew, as a step of commands; a time runs. Emits: ExchangeMoved."""
    row, exchange = both
    call_off_clocks(actor, row, now)
    move_exchange(exchange, "reopen", now, why=why, pay_by=None)
    start_clock(actor, row, CHOICE, now)
    tell_moved(actor, [both], "reopen")
    telling.tell_to_choose(actor, row, exchange, now)


@command(needs="returns.request")
def end_with_cases(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Let go what was set aside for cases that were withdrawn, refused, or lapsed; a second run changes nothing.

    What was sent in advance is charged. Returns how many. Emits: ExchangeMoved, OrderCancelled.
    Locks: orders, cases with exchanges, each in id order.
    """
    of_cases = Exchange.objects.filter(case_id__in=case_ids, case__state__in=rules.WITH_THE_CASE)
    open_ = of_cases.exclude(state__in=rules.OVER)
    count = 0
    for row, exchange in lock_exchanges(actor, set(open_.values_list("case_id", flat=True))):
        may_end = exchange is not None and exchange.state in (*rules.TO_CHOOSE, *rules.WAITING)
        if exchange is not None and may_end and row.state in rules.WITH_THE_CASE:
            end(actor, (row, exchange), row.state, now)
            count += 1
    return count


@command(needs="returns.request")
def lapse_unpaid(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Let replacements go whose difference was not paid in time: what was paid of it goes back, somebody chooses anew.

    A second run changes nothing. Returns how many. Emits: ExchangeMoved, OrderCancelled. Locks: as end_with_cases.
    """
    count = 0
    for row, exchange in lock_exchanges(actor, case_ids):
        late = exchange is not None and exchange.pay_by is not None and exchange.pay_by <= now
        if exchange is None or exchange.state != "reserved" or not late or _is_paid(exchange):
            continue
        replacing.call_off_replacements(actor, order_ids=[exchange.order_id or 0], reason=row.number, now=now)
        reopen(actor, (row, exchange), "unpaid", now)
        count += 1
    return count


def _is_paid(exchange: Exchange) -> bool:
    return replacing.open_money(order_id=exchange.order_id or 0) <= 0


@command(needs="returns.request")
def follow_cancelled(actor: Actor, *, order_ids: Collection[int], now: datetime) -> int:
    """Let somebody choose anew where a replacement was cancelled; one that was paid for has its money back.

    A second run changes nothing. Returns how many. Emits: ExchangeMoved, CaseClosed. Locks: as end_with_cases.
    """
    ids = (
        Exchange.objects.filter(order_id__in=order_ids).exclude(state__in=rules.OVER).values_list("case_id", flat=True)
    )
    count = 0
    for row, exchange in lock_exchanges(actor, set(ids)):
        if exchange is None or exchange.order_id not in order_ids or exchange.state in (*rules.OVER, *rules.TO_CHOOSE):
            continue
        if exchange.state in rules.WAITING:
            reopen(actor, (row, exchange), "order_cancelled", now)
        else:
            end(actor, (row, exchange), "order_cancelled", now)
            close_if_done(actor, row, now)
        count += 1
    return count


@command(needs="returns.decide")
def refund_instead(actor: Actor, *, case_id: int, now: datetime) -> None:
    """Give money back instead of other goods, as long as these have not left; the case goes on as a refund.

    Raises: NotFound, NothingToTurn. Emits: ExchangeMoved, OrderCancelled. Locks: as end_with_cases.
    """
    row, exchange = lock_exchanges(actor, [case_id])[0]
    may = exchange is not None and exchange.state in (*rules.TO_CHOOSE, *rules.WAITING)
    if exchange is None or not may or row.state not in ("requested", "approved"):
        raise NothingToTurn
    if not end(actor, (row, exchange), "refund", now):
        raise NothingToTurn
    kind = MONEY_INSTEAD[row.kind]
    Case.objects.filter(id=row.id).update(kind=kind, replacement_order_id=None)
    row.kind = kind
