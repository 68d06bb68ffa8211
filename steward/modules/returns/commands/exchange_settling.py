"""Let goods that came back pay for what is sent in their place, and let that go. Source: RET-5."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.orders.commands import replacing
from steward.modules.orders.queries.replacing import ReplacementView, replacements
from steward.modules.payments import queries as payments
from steward.modules.returns.commands import exchange_telling as telling
from steward.modules.returns.commands.closing import close_if_done, difference_due
from steward.modules.returns.commands.exchange_ending import charge, end
from steward.modules.returns.commands.exchange_moving import (
    PAYMENT,
    Both,
    call_off_clocks,
    lock_exchanges,
    move_exchange,
    stop_clock,
    tell_moved,
)
from steward.modules.returns.commands.exchanging import ask_for_difference, goods_to_send
from steward.modules.returns.commands.giving_back import ask_payments, share_out, write_due
from steward.modules.returns.commands.moving import pieces_of
from steward.modules.returns.commands.owing import note_owed
from steward.modules.returns.commands.pricing import prices_of
from steward.modules.returns.commands.settling import NothingDue, due_of
from steward.modules.returns.models import Case, Exchange, Piece, RefundDue, Swap
from steward.modules.returns.rules import exchange as rules
from steward.modules.returns.rules import states
from steward.modules.returns.rules.exchange import Reckoning, Wish
from steward.modules.returns.rules.quote import Quote
from steward.modules.returns.rules.quote import QuotePart as Part

DIFFERENCE = "exchange_difference"


@command(needs="returns.refund")
def settle_exchanges(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Go on with exchanges as far as goods and money allow; a second run changes nothing. Returns how many went on.

    Once all goods that were to come are judged, those that count pay for the replacement, and it goes; what is dearer
    has to be paid first, what they are worth beyond it goes back. What does not count is not replaced. Goods sent in
    advance for which nothing came are charged. Emits: ExchangeMoved, MoneyMoved, OrderReplaced, CaseRefundAsked,
    CaseClosed. Locks: orders, cases with exchanges and pieces, each in id order, then the money of the orders.
    """
    count = 0
    for row, exchange in lock_exchanges(actor, case_ids):
        if exchange is not None and _settle(actor, row, exchange, now):
            count += 1
    return count


def _settle(actor: Actor, row: Case, exchange: Exchange, now: datetime) -> bool:
    """Take one exchange a step further, where there is one."""
    if exchange.state == "charged" and replacing.open_money(order_id=exchange.order_id or 0) <= 0:
        release(actor, (row, exchange), now)
        return True
    _note_paid(actor, row, exchange, now)
    pieces = pieces_of(row)
    is_judged = states.is_settled((one.reception, one.acceptance) for one in pieces)
    if row.state != "approved" or exchange.state in ("released", *rules.OVER) or not is_judged:
        return False
    counting = [one for one in pieces if one.acceptance == "accepted" and one.live]
    if not counting:
        return _nothing_counts(actor, (row, exchange), now)
    unpaid = [one for one in counting if one.settled_at is None]
    if not unpaid or exchange.state in rules.TO_CHOOSE:
        return False
    if exchange.state == "reserved":
        _leave_out(actor, (row, exchange), counting, now)
    quote = due_of(row, unpaid).quote
    order = replacements([exchange.order_id or 0])[exchange.order_id or 0]
    exchange.worth_minor = quote.total_minor
    exchange.save(update_fields=["worth_minor"])
    reckoning = rules.reckoned(total_minor=order.total_minor, paid_minor=_kept(order), worth_minor=quote.total_minor)
    if reckoning.to_pay_minor and exchange.state == "reserved":
        replacing.expect_credit(order_id=order.id, credit_minor=reckoning.credit_minor)
        ask_for_difference(actor, row, exchange, reckoning.to_pay_minor, now)
        return False
    _pay(actor, (row, exchange), unpaid, quote, reckoning, now)
    _go_on(actor, (row, exchange), order, reckoning, now)
    return True


def _note_paid(actor: Actor, row: Case, exchange: Exchange, now: datetime) -> None:
    """End the time for a difference that was paid, though its goods are still to come back."""
    waits = exchange.state == "reserved" and exchange.pay_by is not None
    if waits and replacing.open_money(order_id=exchange.order_id or 0) <= 0:
        stop_clock(actor, [row], PAYMENT, now)
        exchange.pay_by = None
        exchange.save(update_fields=["pay_by"])


def _kept(order: ReplacementView) -> int:
    """Return what was paid for a replacement as money, by the ledger. Units: minor currency units."""
    paid_minor, refunded_minor = payments.paid_and_refunded({order.id: order.currency})[order.id]
    return paid_minor - refunded_minor


def _nothing_counts(actor: Actor, both: Both, now: datetime) -> bool:
    """End an exchange of which no piece counts; what was sent for them already is charged."""
    row, exchange = both
    if exchange.state in ("reserved", *rules.TO_CHOOSE):
        end(actor, both, "rejected", now)
        close_if_done(actor, row, now)
    elif exchange.state == "advanced":
        charge(actor, both, now)
    else:
        return False
    return True


def _leave_out(actor: Actor, both: Both, counting: Sequence[Piece], now: datetime) -> None:
    """Send nothing for pieces that do not count: their goods are free.

    What has the price of then is priced anew, so that it costs what the pieces that count are worth; what is sent again
    always is, so that it never costs anything.
    """
    row, exchange = both
    swaps = list(Swap.objects.filter(exchange=exchange, kept=True).select_related("piece").order_by("id"))
    ids = {one.id for one in counting}
    kept = [one for one in swaps if one.piece_id in ids]
    if len(kept) == len(swaps) and row.kind != "reship":
        return
    anew = prices_of([(row, [Wish(one.piece.line_id, one.piece.item_id, one.item_id) for one in kept])])[0]
    for swap, price in zip(kept, anew, strict=True):
        swap.price_minor = price if swap.basis == "then" else swap.price_minor
    total_minor = sum(one.price_minor for one in kept) + exchange.shipping_minor
    if len(kept) == len(swaps) and total_minor == exchange.total_minor:
        return
    Swap.objects.filter(exchange=exchange).exclude(piece_id__in=ids).update(kept=False)
    Swap.objects.bulk_update(kept, ["price_minor"])
    exchange.total_minor = total_minor
    exchange.save(update_fields=["total_minor"])
    replacing.change_goods(
        actor, order_id=exchange.order_id or 0, goods=goods_to_send([exchange])[exchange.id], now=now
    )


def _pay(actor: Actor, both: Both, pieces: Sequence[Piece], quote: Quote, reckoning: Reckoning, now: datetime) -> None:
    """Let pieces that count pay for the replacement, once, and ask for what they are worth beyond it to go back."""
    row, exchange = both
    Piece.objects.filter(id__in=[one.id for one in pieces]).update(settled_at=now)
    parts = list(quote.parts)
    beyond_minor = reckoning.to_give_back_minor
    if reckoning.credit_minor:
        told = [Part(kind=DIFFERENCE, amount_minor=-beyond_minor)] if beyond_minor else []
        due = _write(actor, row, "credit", reckoning.credit_minor, [*parts, *told], now, order_id=exchange.order_id)
        label = f"EX-{exchange.id}-{due.id}"
        replacing.credit_replacement(
            actor, order_id=exchange.order_id or 0, amount_minor=reckoning.credit_minor, label=label, now=now
        )
        exchange.credited_minor += reckoning.credit_minor
        exchange.save(update_fields=["credited_minor"])
        note_owed(actor, row, quote=quote, refund=None, key=due.key, now=now)
        share_out(due, pieces, reckoning.credit_minor + beyond_minor, now)
        parts = [Part(kind=DIFFERENCE, amount_minor=beyond_minor)]
    if beyond_minor:
        due = _write(actor, row, "difference", beyond_minor, parts, now)
        if not reckoning.credit_minor:
            share_out(due, pieces, beyond_minor, now)
            note_owed(actor, row, quote=quote, refund=due, key=due.key, now=now)
        _give_back(actor, both, due, pieces, now)


def _write(
    actor: Actor,
    row: Case,
    name: str,
    amount_minor: int,
    parts: Sequence[Part],
    now: datetime,
    *,
    order_id: int | None = None,
) -> RefundDue:
    """Write money that is due, with what it consists of; what pays for another order is paid by that."""
    key = f"{name}.{RefundDue.objects.filter(case=row, key__startswith=f'{name}.').count() + 1}"
    paid = {"state": "paid", "ended_at": now, "paid_minor": amount_minor, "credit_order_id": order_id}
    facts = paid if order_id else {}
    return write_due(actor, row, key=key, amount_minor=amount_minor, parts=parts, now=now, **facts)


def _give_back(actor: Actor, both: Both, due: RefundDue, pieces: Sequence[Piece], now: datetime) -> None:
    """Ask payments for what goods are worth beyond their replacement; above its limits others have to agree."""
    row, exchange = both
    ask_payments(actor, row, due, pieces, now)
    telling.tell_given_back(actor, row, exchange, due.amount_minor, now)


@command(needs="returns.refund")
def give_difference_back(actor: Actor, *, case_id: int, now: datetime) -> int:
    """Ask anew for what goods were worth beyond their replacement, where it did not go back. Returns the amount.

    Units: minor currency units. Raises: NotFound, NothingDue. Emits: CaseRefundAsked. Locks: as settle_exchanges.
    """
    row, exchange = lock_exchanges(actor, [case_id])[0]
    due_minor = difference_due(row) if exchange is not None and row.state == "approved" else 0
    if exchange is None or not due_minor:
        raise NothingDue
    parts = [Part(kind=DIFFERENCE, amount_minor=due_minor)]
    due = _write(actor, row, "difference", due_minor, parts, now)
    _give_back(actor, (row, exchange), due, pieces_of(row), now)
    return due_minor


def _go_on(actor: Actor, both: Both, order: ReplacementView, reckoning: Reckoning, now: datetime) -> None:
    """Let a replacement go that is paid; what went in advance and is not is charged."""
    _row, exchange = both
    if not reckoning.to_pay_minor:
        release(actor, both, now)
    elif exchange.state == "advanced":
        charge(actor, both, now)


def release(actor: Actor, both: Both, now: datetime) -> None:
    """Let a locked replacement go that is paid, as a step of commands; what has arrived already is done."""
    row, exchange = both
    was = exchange.state
    stop_clock(actor, [row], PAYMENT, now)
    call_off_clocks(actor, row, now)
    move_exchange(exchange, "release", now, pay_by=None)
    if was == "reserved":
        replacing.let_go(actor, order_ids=[exchange.order_id or 0], now=now)
        telling.tell_released(actor, row, exchange, now)
    tell_moved(actor, [both], "release")
    if replacements([exchange.order_id or 0])[exchange.order_id or 0].fulfilment_state == "delivered":
        deliver(actor, both, now)


def deliver(actor: Actor, both: Both, now: datetime) -> None:
    """Note that a replacement arrived, as a step of commands, and close the case where nothing else is left."""
    row, exchange = both
    move_exchange(exchange, "deliver", now)
    tell_moved(actor, [both], "deliver")
    close_if_done(actor, row, now)


@command(needs="returns.refund")
def note_deliveries(actor: Actor, *, order_ids: Collection[int], now: datetime) -> int:
    """Close cases whose replacements arrived and whose goods are judged; a second run changes nothing.

    Returns how many exchanges are done. Emits: ExchangeMoved, CaseClosed. Locks: as settle_exchanges.
    """
    ids = Exchange.objects.filter(order_id__in=order_ids, state="released").values_list("case_id", flat=True)
    count = 0
    for row, exchange in lock_exchanges(actor, set(ids)):
        if exchange is not None and exchange.state == "released":
            deliver(actor, (row, exchange), now)
            count += 1
    return count
