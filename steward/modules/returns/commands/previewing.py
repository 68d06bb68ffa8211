"""Say what an exchange would mean before anything moves: prices, what is to pay or goes back, what is there.

Nothing is written: the very steps that choose and price are asked. Source: RET-5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.utils.translation import get_language
from msgspec import Struct

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory import queries as inventory
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.commands.choosing import UnfitChoice
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.commands.pricing import choice_for, freight_of, goods_of, prices_of, wishes
from steward.modules.returns.commands.valuing import worth_of
from steward.modules.returns.models import Case, Reason
from steward.modules.returns.queries.verdicts import Ask, verdicts
from steward.modules.returns.rules import joining
from steward.modules.returns.rules.exchange import Wish

MOST_OPTIONS = 30
MOST_SHOWN = 99


class Sent(Struct, frozen=True, kw_only=True):
    """What would be sent: `free` pieces of it may still be promised, out of these warehouses. Units: minor units."""

    item_id: int
    sku: str
    name: str
    quantity: int
    price_minor: int
    free: int
    warehouses: tuple[str, ...]


class Preview(Struct, frozen=True, kw_only=True):
    """What an exchange would mean. `is_there`: all of it can be promised now. Units: minor units of `currency`."""

    currency: str
    sent: list[Sent]
    worth_minor: int
    shipping_minor: int
    total_minor: int
    to_pay_minor: int
    to_give_back_minor: int
    is_there: bool


class Option(Struct, frozen=True, kw_only=True):
    """One item that may be had in the place of a piece; `more_minor` is what it costs beyond that piece's worth.

    Units: pieces, minor units of the order's currency.
    """

    line_id: int
    sku: str
    name: str
    price_minor: int
    more_minor: int
    free: int
    is_same: bool

    @property
    def less_minor(self) -> int:
        """Return what goes back for one piece. Units: minor units of the order's currency."""
        return max(0, -self.more_minor)


def preview_exchange(
    *, order_id: int, kind: str, reason: str, wants: Mapping[int, int], insteads: Sequence[Instead], now: datetime
) -> Preview:
    """Preview an exchange of so many pieces of lines that nobody has asked for yet.

    Units: minor units of the order's currency. Raises: NotFound, UnfitChoice, MoreThanKept.
    """
    order = _order(order_id)
    case = _imagined(order, kind, reason, wants, now)
    pieces = _pieces(order, wants)
    goods = goods_of({item_id for _line, item_id in pieces}, insteads)
    said = wishes(kind, order.currency, pieces, insteads, goods)
    if isinstance(said, str):
        raise UnfitChoice(sku=said[:64])
    return _preview(order, case, said)


def options_of(
    *, order_id: int, kind: str, reason: str, wants: Mapping[int, int], now: datetime
) -> dict[int, list[Option]]:
    """List what may be had in the place of one piece of each line: the same first, then by SKU. Raises: NotFound."""
    order = _order(order_id)
    case = _imagined(order, kind, reason, wants, now)
    lines = {line.id: line for line in order.lines if wants.get(line.id)}
    facts = catalog.items_by_id({line.item_id for line in lines.values()})
    found: dict[int, list[Option]] = {}
    family = _family(facts, order.currency) if choice_for(kind) != "same" else {}
    free = _free(order, set(facts) | {one.id for some in family.values() for one in some})
    offers = [
        (line_id, line.item_id, one)
        for line_id, line in lines.items()
        for one in (facts[line.item_id], *family.get(line.item_id, []))
    ]
    prices = prices_of([(case, [Wish(line_id, bought, one.id)]) for line_id, bought, one in offers])
    worth = dict(zip(lines, worth_of([(case, [line_id]) for line_id in lines]), strict=True))
    for (line_id, bought, one), (price,) in zip(offers, prices, strict=True):
        option = Option(
            line_id=line_id,
            sku=one.sku,
            name=_name(one),
            price_minor=price,
            more_minor=price - worth[line_id],
            free=free.get(one.id, 0),
            is_same=one.id == bought,
        )
        found.setdefault(line_id, []).append(option)
    return found


def _family(facts: Mapping[int, catalog.ItemFacts], currency: str) -> dict[int, list[catalog.ItemFacts]]:
    """List what counts as the family of each item: its substitutes, then its category."""
    substitutes = catalog.substitutes_of(facts)
    alike = catalog.items_of_categories({one.category for one in facts.values()}, limit=MOST_OPTIONS * 4)
    found: dict[int, list[catalog.ItemFacts]] = {}
    for id_, one in facts.items():
        named = {other.id: other for other in substitutes.get(id_, [])}
        named |= {other.id: other for other in alike if one.category and other.category == one.category}
        fits = [other for other in named.values() if other.id != id_ and other.currency == currency]
        found[id_] = fits[:MOST_OPTIONS]
    return found


def _order(order_id: int) -> OrderBought:
    found = orders_bought(ids=[order_id])
    if not found:
        raise errors.NotFound(key=order_id)
    return found[0]


def _imagined(order: OrderBought, kind: str, reason: str, wants: Mapping[int, int], now: datetime) -> Case:
    """Imagine the case that would be opened, on the terms the policy would give it. Raises: NotFound."""
    row = Reason.objects.filter(code=reason, active=True).first()
    if row is None:
        raise errors.NotFound(key=reason)
    asks = [
        Ask(order_id=order.id, line_id=line, kind=kind, reason=reason, pictures=MOST_SHOWN, videos=MOST_SHOWN)
        for line in wants
    ]
    verdict = joining.joined(verdicts(asks, now=now)) if asks else None
    return Case(
        order_id=order.id,
        kind=kind,
        reason=row,
        currency=order.currency,
        verdict=msgspec.to_builtins(verdict) if verdict else {},
        freight_payer=verdict.freight_payer if verdict else "",
    )


def _pieces(order: OrderBought, wants: Mapping[int, int]) -> list[tuple[int, int]]:
    return [(line.id, line.item_id) for line in order.lines for _piece in range(wants.get(line.id, 0))]


def _preview(order: OrderBought, case: Case, said: Sequence[Wish]) -> Preview:
    prices = prices_of([(case, said)])[0]
    worth_minor = worth_of([(case, [wish.line_id for wish in said])])[0]
    counted = Counter((wish.item_id, price) for wish, price in zip(said, prices, strict=True))
    items = catalog.items_by_id({item_id for item_id, _price in counted})
    free, places = _free(order, set(items)), _places(order, items)
    shipping_minor = freight_of(case)
    total_minor = sum(prices) + shipping_minor
    units = Counter[int]()
    for (item_id, _price), quantity in counted.items():
        units[item_id] += quantity
    return Preview(
        currency=order.currency,
        sent=[
            Sent(
                item_id=item_id,
                sku=items[item_id].sku,
                name=_name(items[item_id]),
                quantity=quantity,
                price_minor=price,
                free=free.get(item_id, 0),
                warehouses=places.get(item_id, ()),
            )
            for (item_id, price), quantity in counted.items()
        ],
        worth_minor=worth_minor,
        shipping_minor=shipping_minor,
        total_minor=total_minor,
        to_pay_minor=max(0, total_minor - worth_minor),
        to_give_back_minor=max(0, worth_minor - total_minor),
        is_there=all(free.get(item_id, 0) >= quantity for item_id, quantity in units.items()),
    )


def _free(order: OrderBought, item_ids: set[int]) -> dict[int, int]:
    """Tell how many pieces of items may be promised; of bundles as often as all they consist of is there."""
    pool = _pool(order)
    items = catalog.items_by_id(item_ids)
    bundles = {id_: dict(one.components) for id_, one in items.items() if one.components}
    parts = {id_: units_on_shelf({id_: 1}, bundles) for id_ in items}
    known = inventory.free_units({(part, pool) for some in parts.values() for part in some})
    return {
        id_: min((known.get((part, pool), 0) // each for part, each in some.items()), default=0)
        if items[id_].stocked
        else MOST_SHOWN
        for id_, some in parts.items()
    }


def _places(order: OrderBought, items: Mapping[int, catalog.ItemFacts]) -> dict[int, tuple[str, ...]]:
    """Name the warehouses that have items now."""
    pool = _pool(order)
    names = {one.id: one.name for one in inventory.warehouses_for_allocation(pool)}
    found: dict[int, dict[str, None]] = {}
    for lot in inventory.stock_for_allocation(list(items), pool):
        if lot.free > 0:
            found.setdefault(lot.item_id, {})[names.get(lot.warehouse_id, "")] = None
    return {item_id: tuple(name for name in some if name) for item_id, some in found.items()}


def _pool(order: OrderBought) -> str:
    shop = catalog.shop_by_code(order.shop)
    return shop.pool if shop else ""


def _name(one: catalog.ItemFacts) -> str:
    return (one.name_en if (get_language() or "").startswith("en") else one.name_zh) or one.sku
