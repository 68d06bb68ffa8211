"""Set aside what is sent in the place of goods, when a case is approved or somebody chose anew. Source: RET-5."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.orders.commands import replacing
from steward.modules.returns.commands import exchange_telling as telling
from steward.modules.returns.commands.choosing import UnfitChoice, open_exchanges, pieces_by_case
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.commands.exchange_moving import (
    CHOICE,
    GOODS,
    PAYMENT,
    Both,
    lock_exchanges,
    move_exchange,
    start_clock,
    stop_clock,
    tell_moved,
)
from steward.modules.returns.commands.pricing import basis_of, freight_of, goods_of, prices_of, wishes
from steward.modules.returns.commands.valuing import worth_of
from steward.modules.returns.models import Case, Exchange, Piece, Swap
from steward.modules.returns.rules import exchange as rules
from steward.modules.returns.rules import states
from steward.modules.returns.rules.exchange import Wish

PAY_H = parameters.define(
    "returns.exchange_pay_h",
    48,
    unit="h",
    label=_("Within which time the difference of an exchange is to be paid"),
    minimum=1,
    maximum=24 * 60,
)


class OutOfStock(errors.Refusal):
    """Refuse to promise goods that are not there."""

    code = "replacement_out_of_stock"
    message = _("Not there now: %(goods)s. Choose something else, or give the money back instead.")


class NothingToChoose(errors.Refusal):
    """Refuse a choice where there is none: the case has another solution, or its replacement is on its way."""

    code = "nothing_to_choose"
    message = _("There is nothing to choose: the case has another solution, or its replacement is set aside already.")


def goods_missing(missing: Mapping[int, int]) -> str:
    """Name goods that are short: item → units."""
    items = catalog.items_by_id(missing)
    return ", ".join(f"{items[id_].sku} × {units}" for id_, units in sorted(missing.items()))


def reserve(actor: Actor, rows: Sequence[Case], now: datetime) -> dict[int, dict[int, int]]:
    """Make the orders that replace goods of locked cases and promise their goods, however many cases at once.

    Each stays here until its goods came back, or its difference is paid; where the policy trusts the customer it goes
    at once. Returns what is short, by case: item → units; of these nothing is set aside, and their exchanges say so.
    Emits: OrderReceived, OrderReplaced, ExchangeMoved. Locks: promises in id order.
    """
    concerned = [row for row in rows if row.kind in rules.KINDS]
    known = set(Exchange.objects.filter(case__in=[row.id for row in concerned]).values_list("case_id", flat=True))
    open_exchanges([row for row in concerned if row.id not in known], {}, now)
    found = {one.case_id: one for one in Exchange.objects.filter(case__in=[row.id for row in concerned])}
    waiting = [(row, found[row.id]) for row in concerned if _may_be_set_aside(found[row.id], now)]
    if not waiting:
        return {}
    opened = replacing.open_replacements(actor, wants=_wanted(waiting), now=now)
    missing, made = {}, []
    for (row, exchange), one in zip(waiting, opened, strict=True):
        if one.missing:
            missing[row.id] = dict(one.missing)
            exchange.why = "short"
        else:
            exchange.state, exchange.state_since = rules.next_state(exchange.state, "reserve"), now
            exchange.order_id, exchange.order_number, exchange.why = one.order_id, one.number, ""
            exchange.round, row.replacement_order_id = exchange.round + 1, one.order_id
            made.append((row, exchange))
    Exchange.objects.bulk_update(
        [exchange for _row, exchange in waiting],
        ["state", "state_since", "order_id", "order_number", "why", "round"],
    )
    Case.objects.bulk_update([row for row, _exchange in made], ["replacement_order_id"])
    _follow(actor, made, now)
    return missing


def _may_be_set_aside(exchange: Exchange, now: datetime) -> bool:
    """Tell whether an exchange waits to be set aside; one that ended with its case is taken up with it."""
    if exchange.state == "ended" and exchange.why in rules.WITH_THE_CASE:
        move_exchange(exchange, "choose", now, why="")
    return exchange.state in rules.TO_CHOOSE


def _wanted(waiting: Sequence[Both]) -> list[replacing.Replacement]:
    """Say what orders are to be made: pieces of one item at one price are one line."""
    goods = goods_to_send([exchange for _row, exchange in waiting])
    return [
        replacing.Replacement(
            order_id=row.order_id,
            number=row.number if not exchange.round else f"{row.number}/{exchange.round + 1}",
            goods=goods[exchange.id],
            shipping_minor=exchange.shipping_minor,
            credit_minor=min(exchange.worth_minor, exchange.total_minor),
        )
        for row, exchange in waiting
    ]


def goods_to_send(exchanges: Sequence[Exchange]) -> dict[int, list[replacing.Goods]]:
    """Add up what exchanges send, by exchange: pieces of one item at one price together."""
    counted: dict[int, Counter[tuple[int, int]]] = {one.id: Counter() for one in exchanges}
    swaps = Swap.objects.filter(exchange__in=list(counted), kept=True).order_by("id")
    for exchange_id, item_id, price in swaps.values_list("exchange_id", "item_id", "price_minor"):
        counted[exchange_id][item_id, price] += 1
    return {
        id_: [replacing.Goods(item, units, price) for (item, price), units in found.items()]
        for id_, found in counted.items()
    }


def _follow(actor: Actor, made: Sequence[Both], now: datetime) -> None:
    """Ask for what is dearer, let go what may go before the goods are back, and tell the others."""
    stop_clock(actor, [row for row, _exchange in made], CHOICE, now)
    to_pay = {row.id: max(0, exchange.total_minor - exchange.worth_minor) for row, exchange in made}
    for row, exchange in made:
        if to_pay[row.id]:
            ask_for_difference(actor, row, exchange, to_pay[row.id], now)
        elif row.advance and row.kind == "exchange":
            advance(actor, row, exchange, now)
    tell_moved(actor, made, "reserve", to_pay=to_pay)


def ask_for_difference(actor: Actor, row: Case, exchange: Exchange, to_pay_minor: int, now: datetime) -> None:
    """Ask the customer for what goods do not pay, and until when; a time that runs already runs on. Units: minor."""
    if exchange.pay_by is None or exchange.pay_by <= now:
        exchange.pay_by = now + timedelta(hours=int(parameters.value(PAY_H)))
        Exchange.objects.filter(id=exchange.id).update(pay_by=exchange.pay_by)
        start_clock(actor, row, PAYMENT, now, due_at=exchange.pay_by)
    telling.tell_to_pay(actor, row, exchange, to_pay_minor, now)


def advance(actor: Actor, row: Case, exchange: Exchange, now: datetime) -> None:
    """Send a replacement before the goods are back; from now on there is a day until which they have to come."""
    move_exchange(exchange, "advance", now)
    replacing.let_go(actor, order_ids=[exchange.order_id or 0], now=now)
    start_clock(actor, row, GOODS, now, due_at=row.return_by)


@command(needs="returns.receive")
def reserve_again(actor: Actor, *, case_ids: Collection[int], now: datetime) -> int:
    """Set aside anew what was let go with cases that lapsed and whose goods came after all. Returns how many.

    What is not there any more somebody chooses anew. A second run changes nothing. Emits: as reserve.
    Locks: orders, cases with exchanges, each in id order, then promises.
    """
    both = [
        (row, exchange)
        for row, exchange in lock_exchanges(actor, case_ids)
        if exchange is not None and row.state == "approved" and (exchange.state, exchange.why) == ("ended", "lapsed")
    ]
    missing = reserve(actor, [row for row, _exchange in both], now)
    for row, exchange in both:
        if row.id in missing:
            exchange.refresh_from_db()
            start_clock(actor, row, CHOICE, now)
            telling.tell_to_choose(actor, row, exchange, now)
    return len(both) - len(missing)


@command(needs="returns.request")
def choose_replacements(actor: Actor, *, case_id: int, insteads: Sequence[Instead], now: datetime) -> None:
    """Choose what is sent in the place of the goods of a case, before it is set aside; pieces not named come again.

    Of a case that was approved it is set aside at once. Raises: NotFound, NothingToChoose, UnfitChoice, OutOfStock.
    Emits: ExchangeMoved, OrderReceived. Locks: orders, the case, its exchange, promises. Source: RET-5.
    """
    row, exchange = lock_exchanges(actor, [case_id])[0]
    if exchange is None or row.state not in states.OPEN or not _may_be_set_aside(exchange, now):
        raise NothingToChoose
    pieces = [one for one in pieces_by_case([row])[row.id] if _may_count(one)]
    goods = goods_of({piece.item_id for piece in pieces}, insteads)
    said = wishes(row.kind, row.currency, [(one.line_id, one.item_id) for one in pieces], insteads, goods)
    if isinstance(said, str):
        raise UnfitChoice(sku=said[:64])
    _rewrite(row, exchange, pieces, said)
    tell_moved(actor, [(row, exchange)], "choose")
    if row.state == "approved" and (missing := reserve(actor, [row], now)):
        raise OutOfStock(goods=goods_missing(missing[row.id]))


def _may_count(piece: Piece) -> bool:
    """Tell whether something may still be sent in the place of a piece."""
    return piece.live and piece.acceptance != "rejected" and piece.reception not in states.NEVER_CAME


def _rewrite(row: Case, exchange: Exchange, pieces: Sequence[Piece], chosen: Sequence[Wish]) -> None:
    """Put another choice in the place of the one that stood."""
    prices = prices_of([(row, chosen)])[0]
    Swap.objects.filter(exchange=exchange).exclude(piece__in=pieces).update(kept=False)
    Swap.objects.bulk_create(
        [
            Swap(exchange=exchange, piece=piece, item_id=wish.item_id, basis=basis_of(row, wish), price_minor=price)
            for piece, wish, price in zip(pieces, chosen, prices, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["piece"],
        update_fields=["item", "basis", "price_minor", "kept"],
    )
    exchange.shipping_minor, exchange.why = freight_of(row), ""
    exchange.total_minor = sum(prices) + exchange.shipping_minor
    exchange.worth_minor = worth_of([(row, [piece.line_id for piece in pieces])])[0]
    exchange.save(update_fields=["shipping_minor", "total_minor", "worth_minor", "why"])
