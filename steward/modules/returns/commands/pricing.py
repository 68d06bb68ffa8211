"""What may be taken in the place of goods, and what it costs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import parameters
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import are_kin
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.returns.commands.drafts import Instead
from steward.modules.returns.commands.valuing import worth_of
from steward.modules.returns.models import Case
from steward.modules.returns.rules import exchange as rules
from steward.modules.returns.rules.exchange import Wish

NO_GOODS = "NOT-SUPPLIED"
FAMILY = parameters.define(
    "returns.exchange_for_family",
    default=True,
    unit="",
    kind="boolean",
    label=_("Goods may be exchanged for others of their category, or their substitutes"),
)
ANY = parameters.define(
    "returns.exchange_for_any",
    default=False,
    unit="",
    kind="boolean",
    label=_("Goods may be exchanged for any others"),
)
SAME_PRICE_THEN = parameters.define(
    "returns.exchange_same_price_then",
    default=True,
    unit="",
    kind="boolean",
    label=_("The same item again costs what it did when it was bought"),
)
FREIGHT = parameters.define(
    "returns.exchange_freight_minor",
    {},
    unit="",
    kind="amounts",
    label=_("Freight of a replacement where the customer pays the way back, by currency (none: free)"),
)


class Goods(Struct, frozen=True):
    """What choices need of goods, read once for many cases."""

    by_code: Mapping[str, catalog.ItemFacts]
    by_id: Mapping[int, catalog.ItemFacts]
    substitutes: Mapping[int, frozenset[int]]


def goods_of(bought_ids: Collection[int], insteads: Collection[Instead]) -> Goods:
    """Read the goods that choices are about: what was bought, what is wanted, what may stand in. Four statements."""
    by_code = catalog.items_by_code({one.sku.strip() for one in insteads})
    wanted = {one.id: one for one in by_code.values()}
    substitutes = catalog.substitutes_of(bought_ids) if wanted else {}
    named = {id_: frozenset(one.id for one in others) for id_, others in substitutes.items()}
    return Goods(by_code, catalog.items_by_id(bought_ids) | wanted, named)


def wishes(
    kind: str, currency: str, pieces: Sequence[tuple[int, int]], insteads: Sequence[Instead], goods: Goods
) -> list[Wish] | str:
    """Say for each piece (line, item bought) what is wanted; pieces nobody spoke of are wanted again.

    Returns the SKU that cannot be had instead, where there is one.
    """
    left = [one.quantity for one in insteads]
    found = []
    for line_id, bought_id in pieces:
        place = next((at for at, one in enumerate(insteads) if one.line_id == line_id and left[at] > 0), None)
        if place is None:
            found.append(Wish(line_id, bought_id, bought_id))
            continue
        left[place] -= 1
        sku = insteads[place].sku.strip()
        item = goods.by_code.get(sku)
        if item is None or not _may_have(kind, currency, goods.by_id[bought_id], item, goods):
            return sku
        found.append(Wish(line_id, bought_id, item.id))
    unused = next((one.sku for one, units in zip(insteads, left, strict=True) if units > 0), None)
    return found if unused is None else unused


def _may_have(kind: str, currency: str, bought: catalog.ItemFacts, item: catalog.ItemFacts, goods: Goods) -> bool:
    same = item.id == bought.id
    family = item.id in goods.substitutes.get(bought.id, frozenset()) or (
        are_kin((bought.family, bought.category), (item.family, item.category))
    )
    fits = same or (item.sku != NO_GOODS and item.currency == currency)
    return fits and rules.may_choose(choice_for(kind), same=same, same_family=family)


def choice_for(kind: str) -> str:
    """Say how far a choice may go: what is sent again is the same, an exchange as far as the house allows."""
    if kind != "exchange":
        return "same"
    return "any" if parameters.value(ANY) else "family" if parameters.value(FAMILY) else "same"


def prices_of(cases: Sequence[tuple[Case, Sequence[Wish]]]) -> list[list[int]]:
    """Price what is wanted, piece by piece, in the order of the wishes. A constant number of statements.

    The same again costs what the pieces are worth now, so that nothing is to be paid for it; what is sent again always
    does. Anything else costs what it costs today. Units: minor units of each case's currency.
    """
    bases = [[basis_of(case, wish) for wish in some] for case, some in cases]
    then = [
        [wish.line_id for wish, basis in zip(some, mine, strict=True) if basis == "then"]
        for (_case, some), mine in zip(cases, bases, strict=True)
    ]
    asked = [place for place, lines in enumerate(then) if lines]
    worth = dict(zip(asked, worth_of([(cases[place][0], then[place]) for place in asked]), strict=True))
    bought = _prices_then(orders_bought(ids={case.order_id for case, _some in cases}))
    items = catalog.items_by_id({wish.item_id for _case, some in cases for wish in some})
    found = []
    for place, ((_case, some), mine) in enumerate(zip(cases, bases, strict=True)):
        shares = iter(rules.shared(worth.get(place, 0), [bought[line] for line in then[place]]))
        prices = [
            next(shares) if basis == "then" else items[wish.item_id].price_minor
            for wish, basis in zip(some, mine, strict=True)
        ]
        found.append(prices)
    return found


def basis_of(case: Case, wish: Wish) -> str:
    """Say whose price counts for a wish: then or now."""
    then = case.kind == "reship" or bool(parameters.value(SAME_PRICE_THEN))
    return wish.basis("then" if then else "now")


def _prices_then(orders: Sequence[OrderBought]) -> dict[int, int]:
    return {line.id: line.unit_price_minor for order in orders for line in order.lines}


def freight_of(case: Case) -> int:
    """Return what a replacement's way costs the customer. Units: minor units of the case's currency."""
    if case.kind != "exchange" or case.freight_payer != "customer":
        return 0
    return int(parameters.value(FREIGHT).get(case.currency, 0))
