"""Compute what a change would do before anybody agrees: lines, money, promises; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from msgspec import Struct, structs

from steward.kernel import errors
from steward.modules.catalog import queries as catalog
from steward.modules.catalog.rules import units_on_shelf
from steward.modules.inventory import queries as inventory
from steward.modules.orders.commands.mend import FIELDS
from steward.modules.orders.models import Line as LineRow
from steward.modules.orders.models import OrderChange
from steward.modules.orders.queries.allocating import goods_lost
from steward.modules.orders.rules import adjusting, transitions
from steward.modules.orders.rules import change_effects as rules
from steward.modules.orders.rules.change_effects import Amounts, Line, Share
from steward.modules.orders.rules.change_plan import (
    Effects,
    Facts,
    LineEffect,
    LineWish,
    OtherEffect,
    StockEffect,
    Wish,
)
from steward.modules.orders.rules.changes import CHECKED_AGAIN, phase


class UnfitWish(errors.Refusal):
    """Refuse a change that makes no sense as such, with the reason."""

    code = "unfit_change"
    status = 422
    message = gettext_lazy("The order cannot be changed so: %(why)s")


class Plan(Struct, kw_only=True):
    """What a change leaves of an order and of the other one, and what the preview says."""

    after: Amounts
    effects: Effects
    other_after: Amounts | None = None


class Units(Struct):
    """What is wanted of items on the shelf, by promise: before, after, and what cannot be had."""

    before: dict[int, int]
    after: dict[int, int]
    missing: dict[int, int]


def planned(
    wish: Wish, facts: Facts, pool: str, *, other: Facts | None = None, undone: OrderChange | None = None
) -> Plan:
    """Compute a change of an order. Reads only. Raises: UnfitWish."""
    if wish.kind in ("lines", "cancel_lines"):
        return _of_lines(wish, facts, pool)
    if wish.kind == "split":
        return _of_split(wish.shares, facts, pool)
    if wish.kind == "merge" and other is not None:
        return _of_merge(facts, other, pool)
    if wish.kind == "unmerge" and other is not None and undone is not None:
        return _of_unmerge(facts, other, undone, pool)
    return _of_whole(wish, facts)


def _of_whole(wish: Wish, facts: Facts) -> Plan:
    """Plan what leaves the lines as they are: address, service, cancel."""
    effects = _effects(wish, facts, facts.amounts)
    if wish.kind == "address":
        if not wish.recipient or any(field not in FIELDS for field in wish.recipient):
            raise UnfitWish(why=_("name the fields of the recipient that change."))
        return Plan(after=facts.amounts, effects=structs.replace(effects, fields=sorted(wish.recipient)))
    if wish.kind == "service":
        if wish.service == facts.service:
            raise UnfitWish(why=_("this service is chosen already."))
        told = structs.replace(effects, service_before=facts.service, service_after=wish.service)
        return Plan(after=facts.amounts, effects=told)
    if wish.kind == "means":
        return Plan(after=facts.amounts, effects=effects)
    if wish.cause not in transitions.CANCEL_CAUSES:
        raise UnfitWish(why=_("name the cause of cancelling."))
    nothing = Amounts(lines=(), shipping_minor=0, discount_minor=0, total_minor=0)
    shelf = on_shelf(facts.lines)
    told = structs.replace(
        effects,
        total_after_minor=0,
        open_after_minor=0,
        refund_minor=max(0, facts.held_minor),
        lines=_line_effects(facts.lines, ()),
        stock=_stock_effects(Units(shelf, {}, {})),
    )
    return Plan(after=nothing, effects=told)


def _of_lines(wish: Wish, facts: Facts, pool: str) -> Plan:
    after = rules.edited(facts.amounts, _wished_lines(wish, facts), shipping_minor=wish.shipping_minor)
    if after is None:
        raise UnfitWish(why=_("nothing would be left of it; cancel it instead."))
    if (after.lines, after.shipping_minor) == (facts.lines, facts.shipping_minor):
        raise UnfitWish(why=_("nothing is changed."))
    units = _units(facts, after.lines, pool)
    effects = _effects(wish, facts, after)
    told = structs.replace(effects, lines=_line_effects(facts.lines, after.lines), stock=_stock_effects(units))
    return Plan(after=after, effects=told)


def _wished_lines(wish: Wish, facts: Facts) -> list[Line]:
    """Put the wished pieces into the lines; those nobody speaks of stay. Raises: UnfitWish."""
    wishes = {one.line_id: one for one in wish.lines if one.line_id}
    if wishes.keys() - {line.id for line in facts.lines} or len(wishes) < sum(1 for one in wish.lines if one.line_id):
        raise UnfitWish(why=_("a line is named that the order does not have, or one is named twice."))
    fresh = [one for one in wish.lines if not one.line_id]
    less_only = wish.kind == "cancel_lines"
    if less_only and (fresh or wish.shipping_minor is not None):
        raise UnfitWish(why=_("cancelling lines adds none and leaves the shipping fee."))
    lines = []
    left = _still_here(facts) if phase(facts.state, facts.fulfilment_state) == "leaving" else None
    for line in facts.lines:
        wanted = wishes[line.id].quantity if line.id in wishes else line.wanted
        if less_only and wanted > line.wanted:
            raise UnfitWish(why=_("cancelling lines does not make them more."))
        price = wishes[line.id].unit_price_minor if line.id in wishes else None
        lines.append(_priced(rules.with_wanted(line, wanted), price))
        if left is not None and line.wanted > wanted:
            _take_from(left, line.item_id, line.wanted - wanted)
    return lines + _fresh_lines(fresh, facts.currency)


def _priced(line: Line, unit_price_minor: int | None) -> Line:
    """Give a line another price; its discount never exceeds what it costs."""
    if unit_price_minor is None or unit_price_minor == line.unit_price_minor:
        return line
    discount = min(line.discount_minor, line.quantity * unit_price_minor)
    return structs.replace(line, unit_price_minor=unit_price_minor, discount_minor=discount)


def _still_here(facts: Facts) -> dict[int, int]:
    """Tell what of an order has not left the house, or was lost there: item on the shelf → pieces."""
    left = dict(goods_lost([facts.order_id]).get(facts.order_id, {}))
    for row in inventory.promises_of_order(facts.order_id):
        left[row.item_id] = left.get(row.item_id, 0) + row.quantity
    return left


def _take_from(left: dict[int, int], item_id: int, pieces: int) -> None:
    for part, each in units_on_shelf({item_id: pieces}, catalog.components_of([item_id])).items():
        left[part] = left.get(part, 0) - each
        if left[part] < 0:
            raise UnfitWish(why=_("some of these goods have left the house already."))


def _fresh_lines(wishes: Sequence[LineWish], currency: str) -> list[Line]:
    """Make the lines of SKUs that are added. Raises: UnfitWish."""
    items = catalog.items_by_sku(one.sku for one in wishes)
    lines = []
    for one in wishes:
        item = items.get(one.sku)
        if item is None or not one.quantity:
            raise UnfitWish(why=_("a line that is added needs an SKU of the catalogue and a quantity."))
        price = one.unit_price_minor
        if price is None and item.currency != currency:
            raise UnfitWish(why=_("the catalogue has no price of %(sku)s in this currency.") % {"sku": one.sku})
        lines.append(Line(0, item.id, one.quantity, item.price_minor if price is None else price, stocked=item.stocked))
    return lines


def _of_split(shares: Sequence[Share], facts: Facts, pool: str) -> Plan:
    known = {line.id: line.wanted for line in facts.lines}
    if any(one.quantity > known.get(one.line_id, 0) for one in shares) or len({s.line_id for s in shares}) < len(
        shares
    ):
        raise UnfitWish(why=_("a line has not as many pieces as shall go."))
    parts = rules.parted(facts.amounts, shares)
    if parts is None:
        raise UnfitWish(why=_("each of the two orders needs at least one piece."))
    rest, part = parts
    money = rules.money_share_minor(
        held_minor=facts.held_minor, stays_minor=rest.total_minor, goes_minor=part.total_minor
    )
    stays, goes = on_shelf(rest.lines), on_shelf(part.lines)
    free, held = _free({**stays, **goes}, pool), _held([facts.order_id])
    missing = rules.short_units(stays, free=free, held=held)
    left = {item: free.get(item, 0) + held.get(item, 0) - stays.get(item, 0) for item in goes}
    missing_there = rules.short_units(goes, free=left, held={})
    whole = Units(on_shelf(facts.lines), stays, missing)
    wish = Wish(kind="split")
    effects = structs.replace(
        _effects(wish, facts, rest, moved_minor=-money),
        lines=_line_effects(facts.lines, rest.lines),
        stock=_stock_effects(whole),
        other=OtherEffect(
            number="",
            total_minor=part.total_minor,
            money_minor=money,
            lines=_line_effects((), part.lines),
            missing=[one for one in _stock_effects(Units({}, goes, missing_there)) if one.missing],
        ),
    )
    return Plan(after=rest, other_after=part, effects=effects)


def _of_merge(facts: Facts, other: Facts, pool: str) -> Plan:
    after = rules.joined(facts.amounts, other.amounts, back_to(other.order_id))
    whole = on_shelf(after.lines)
    missing = rules.short_units(whole, free=_free(whole, pool), held=_held([facts.order_id, other.order_id]))
    effects = structs.replace(
        _effects(Wish(kind="merge"), facts, after, moved_minor=other.held_minor),
        lines=_line_effects(facts.lines, after.lines),
        stock=_stock_effects(Units(on_shelf(facts.lines), whole, missing)),
        other=OtherEffect(
            number=other.number, total_minor=other.total_minor, money_minor=other.held_minor, lines=[], missing=[]
        ),
    )
    return Plan(after=after, effects=effects)


def back_to(order_id: int) -> dict[int, int]:
    """Read which lines of an order were split from which."""
    rows = LineRow.objects.filter(order_id=order_id, origin_id__isnull=False)
    return {row.id: row.origin_id for row in rows if row.origin_id is not None}


def _of_unmerge(facts: Facts, other: Facts, undone: OrderChange, pool: str) -> Plan:
    """Take out what once came in; the other order gets back exactly what it was. Raises: UnfitWish."""
    places: Mapping[str, int] = undone.content.get("went_into", {})
    discounts: Mapping[str, int] = undone.content.get("discounts", {})
    lines = {line.id: line for line in facts.lines}
    touched = [line for line in facts.lines if discounts.get(str(line.id), line.discount_minor) != line.discount_minor]
    for line in other.lines:
        home = lines.get(places.get(str(line.id), 0))
        if touched or home is None or not rules.holds(home, line):
            raise UnfitWish(why=_("the order was changed since; split it instead."))
        lines[home.id] = structs.replace(
            home, quantity=home.quantity - line.quantity, discount_minor=home.discount_minor - line.discount_minor
        )
    rest = Amounts(
        lines=tuple(line for line in lines.values() if line.quantity),
        shipping_minor=facts.shipping_minor - other.shipping_minor,
        discount_minor=facts.discount_minor - other.discount_minor,
        total_minor=facts.total_minor - other.total_minor,
        adjustments=adjusting.read(undone.content["adjustments"]) if "adjustments" in undone.content else (),
    )
    amounts = (rest.shipping_minor, rest.discount_minor, rest.total_minor, *(one.discount_minor for one in rest.lines))
    moved_exactly = facts.amounts.lines_minor == rest.lines_minor + other.amounts.lines_minor
    if not rest.lines or min(amounts) < 0 or not moved_exactly:
        raise UnfitWish(why=_("the order was changed since; split it instead."))
    money = rules.money_share_minor(
        held_minor=facts.held_minor, stays_minor=rest.total_minor, goes_minor=other.total_minor
    )
    stays, goes = on_shelf(rest.lines), on_shelf(other.lines)
    free, held = _free({**stays, **goes}, pool), _held([facts.order_id])
    left = {item: free.get(item, 0) + held.get(item, 0) - stays.get(item, 0) for item in goes}
    effects = structs.replace(
        _effects(Wish(kind="unmerge"), facts, rest, moved_minor=-money),
        lines=_line_effects(facts.lines, rest.lines),
        stock=_stock_effects(Units(on_shelf(facts.lines), stays, rules.short_units(stays, free=free, held=held))),
        other=OtherEffect(
            number=other.number,
            total_minor=other.total_minor,
            money_minor=money,
            lines=_line_effects((), other.lines),
            missing=[
                one
                for one in _stock_effects(Units({}, goes, rules.short_units(goes, free=left, held={})))
                if one.missing
            ],
        ),
    )
    return Plan(after=rest, other_after=other.amounts, effects=effects)


def _effects(wish: Wish, facts: Facts, after: Amounts, *, moved_minor: int = 0) -> Effects:
    """Say what becomes of the money; `moved_minor` comes from another order or (negative) goes to one."""
    held = facts.held_minor
    falls = wish.kind in ("lines", "cancel_lines")
    refund = rules.refund_minor(before_minor=facts.total_minor, after_minor=after.total_minor, held_minor=held)
    refund = refund if falls else 0
    now = phase(facts.state, facts.fulfilment_state)
    again = wish.kind in CHECKED_AGAIN and now != "leaving"
    return Effects(
        kind=wish.kind,
        total_before_minor=facts.total_minor,
        total_after_minor=after.total_minor,
        open_before_minor=rules.open_minor(total_minor=facts.total_minor, held_minor=held),
        open_after_minor=rules.open_minor(total_minor=after.total_minor, held_minor=held + moved_minor - refund),
        refund_minor=refund,
        checked_again=again,
        audited_again=again and facts.state == "approved",
        set_aside_again=now == "set_aside",
    )


def on_shelf(lines: Sequence[Line]) -> dict[int, int]:
    """Add up what lines want from the shelf, of bundles their components: item → pieces."""
    units = rules.units_of(lines)
    return units_on_shelf(units, catalog.components_of(units))


def _units(facts: Facts, after: Sequence[Line], pool: str) -> Units:
    before, wanted = on_shelf(facts.lines), on_shelf(after)
    if phase(facts.state, facts.fulfilment_state) == "leaving":
        return Units(before, wanted, {})
    return Units(before, wanted, rules.short_units(wanted, free=_free(wanted, pool), held=_held([facts.order_id])))


def _free(wanted: Mapping[int, int], pool: str) -> dict[int, int]:
    return {item: units for (item, _pool), units in inventory.free_units({(item, pool) for item in wanted}).items()}


def _held(order_ids: Sequence[int]) -> dict[int, int]:
    held: dict[int, int] = {}
    for order_id in order_ids:
        for row in inventory.promises_of_order(order_id):
            held[row.item_id] = held.get(row.item_id, 0) + row.quantity
    return held


def _line_effects(before: Sequence[Line], after: Sequence[Line]) -> list[LineEffect]:
    """List the lines that differ, those that are gone among them."""
    names = catalog.items_by_id({line.item_id for line in (*before, *after)})
    was = {line.id: line for line in before}
    stays = {line.id for line in after if line.id}
    found = [
        LineEffect(
            sku=names[line.item_id].sku,
            name=names[line.item_id].name_zh,
            before=was[line.id].wanted if line.id in was else 0,
            after=line.wanted,
            unit_price_minor=line.unit_price_minor,
        )
        for line in after
        if line != was.get(line.id)
    ]
    found += [
        LineEffect(
            sku=names[line.item_id].sku,
            name=names[line.item_id].name_zh,
            before=line.wanted,
            after=0,
            unit_price_minor=line.unit_price_minor,
        )
        for line in before
        if line.id not in stays
    ]
    return found


def _stock_effects(units: Units) -> list[StockEffect]:
    """List the items whose promise changes, or that are missing."""
    items = sorted({*units.before, *units.after})
    names = catalog.items_by_id(items)
    return [
        StockEffect(
            sku=names[item].sku,
            name=names[item].name_zh,
            before=units.before.get(item, 0),
            after=units.after.get(item, 0),
            missing=units.missing.get(item, 0),
        )
        for item in items
        if units.before.get(item, 0) != units.after.get(item, 0) or units.missing.get(item)
    ]
