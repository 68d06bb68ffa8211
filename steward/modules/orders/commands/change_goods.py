"""Write the lines a change leaves, promise them anew, check them, and settle the money: steps of confirming it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import Max
from django.utils.translation import gettext as _

from steward.kernel import parameters
from steward.kernel.actor import Actor, system
from steward.kernel.findings import Finding
from steward.modules.catalog import queries as catalog
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.commands.promising import (
    Want,
    change_promises,
    lock_goods,
    promise_stock,
    release_promises,
)
from steward.modules.orders.commands import finding_rows
from steward.modules.orders.commands.amounts import ABOUT_GOODS, is_about_goods
from steward.modules.orders.commands.change_planning import Plan, UnfitWish, on_shelf
from steward.modules.orders.commands.intake import Intake, Prepared, prepare
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.commands.receive import HOLD_S
from steward.modules.orders.commands.waiting import units_wanted
from steward.modules.orders.models import Line as LineRow
from steward.modules.orders.models import Order, OrderFinding
from steward.modules.orders.queries.findings import finding_text
from steward.modules.orders.queries.money import facts_of
from steward.modules.orders.rules.change_effects import Amounts, Line
from steward.modules.orders.rules.drafts import NOT_SUPPLIED_FIELDS, LineDraft, OrderDraft
from steward.modules.payments import commands as payments

SYSTEM = system("orders")
REFUND_CAUSE = "overpaid"


def write_amounts(order_id: int, after: Amounts, *, origins: Mapping[int, int] | None = None) -> None:
    """Put lines and amounts in the place of those that stand; lines with id 0 are added behind the others.

    `origins` names, by the place of a new line in `after`, the line of another order it comes from.
    """
    kept = {line.id: line for line in after.lines if line.id}
    LineRow.objects.filter(order_id=order_id).exclude(id__in=kept).delete()
    rows = list(LineRow.objects.filter(order_id=order_id))
    for row in rows:
        line = kept[row.id]
        row.quantity, row.unit_price_minor, row.discount_minor = (
            line.quantity,
            line.unit_price_minor,
            line.discount_minor,
        )
    LineRow.objects.bulk_update(rows, ["quantity", "unit_price_minor", "discount_minor"])
    _add_lines(order_id, after.lines, origins or {})
    Order.objects.filter(id=order_id).update(
        lines_minor=after.lines_minor,
        shipping_minor=after.shipping_minor,
        discount_minor=after.discount_minor,
        total_minor=after.total_minor,
        adjustments=msgspec.to_builtins(after.adjustments),
    )


def _add_lines(order_id: int, lines: Sequence[Line], origins: Mapping[int, int]) -> None:
    fresh = [(place, line) for place, line in enumerate(lines) if not line.id]
    if not fresh:
        return
    last = LineRow.objects.filter(order_id=order_id).aggregate(last=Max("position"))["last"] or 0
    names = catalog.items_by_id({line.item_id for _place, line in fresh})
    LineRow.objects.bulk_create(
        LineRow(
            order_id=order_id,
            position=position,
            item_id=line.item_id,
            title=names[line.item_id].name_zh,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            discount_minor=line.discount_minor,
            cancelled_quantity=line.cancelled,
            origin_id=origins.get(place),
        )
        for position, (place, line) in enumerate(fresh, last + 1)
    )


def lock_planned(orders: Iterable[Standing], plan: Plan) -> None:
    """Lock the goods of locked orders and those a change plans for them, before anything of the change is written.

    Stock before the orders' rows, as when cancelling. Locks: as lock_goods.
    """
    lines = (*plan.after.lines, *(plan.other_after.lines if plan.other_after else ()))
    standings = list(orders)
    wanted = {(item, one.pool) for item in on_shelf(lines) for one in standings}
    lock_goods([one.id for one in standings], wanted=wanted)


def promise_again(
    orders: Sequence[tuple[Standing, bool]], now: datetime, *, given_up: Sequence[int] = ()
) -> dict[int, dict[int, int]]:
    """Give back what locked orders were promised and promise what they want now, in the order given.

    Each comes with whether its money is settled; one that is not keeps its goods as long as it would have, or for the
    usual while. What one gives up, and what `given_up` orders held, is there for the next: nobody else can take it in
    between. Returns what is missing, by order: item → units. Locks: nothing the caller has not locked (lock_planned).
    """
    units = units_wanted([one.id for one, _settled in orders])
    wants = [Want(one.id, one.pool, units.get(one.id, {}), _hold_until(one, now, settled)) for one, settled in orders]
    if len(wants) == 1 and not given_up:
        missing = {wants[0].order_id: change_promises(wants[0]).missing}
    else:
        release_promises(order_ids=[*given_up, *(want.order_id for want in wants)])
        promised = promise_stock([want for want in wants if want.units])
        missing = {one.order_id: one.missing for one in promised}
    for one, _settled in orders:
        one.fulfilment_state = "none" if not units.get(one.id) else "short" if missing.get(one.id) else "promised"
        Order.objects.filter(id=one.id).update(fulfilment_state=one.fulfilment_state)
    return {one.id: missing.get(one.id, {}) for one, _settled in orders}


def _hold_until(one: Standing, now: datetime, settled: bool) -> datetime | None:
    """Tell until when goods are held for an order; None: for good."""
    if settled or one.goes_on_unpaid:
        return None
    hold = inventory.hold_of_order(one.id)
    if hold is not None and hold[0] == "held" and hold[1] is not None:
        return hold[1]
    return now + timedelta(seconds=parameters.value(HOLD_S))


def note_shortage(actor: Actor, order_id: int, missing: Mapping[int, int], now: datetime) -> None:
    """Open a finding per item that is short now, and close those that were."""
    OrderFinding.objects.filter(order_id=order_id, code="short_of_stock", resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
    if not missing:
        return
    wanted, names = units_wanted([order_id])[order_id], catalog.items_by_id(missing)
    found = [
        Finding(
            "lines",
            "short_of_stock",
            "error",
            {
                "sku": names[item].sku,
                "wanted": str(wanted[item]),
                "available": str(max(0, wanted[item] - units)),
            },
        )
        for item, units in sorted(missing.items())
    ]
    OrderFinding.objects.bulk_create(finding_rows.rows(order_id, found, None))


def check_goods(one: Standing, after: Amounts, now: datetime) -> list[Finding]:
    """Check lines and amounts as if they came in now. Raises: UnfitWish for what no order may hold."""
    row = Order.objects.select_related("shop").get(id=one.id)
    items = catalog.items_by_id({line.item_id for line in after.lines})
    draft = OrderDraft(
        shop=row.shop.code,
        external_number=row.external_number,
        placed_at=row.placed_at,
        currency=row.currency,
        lines=[
            LineDraft(items[line.item_id].sku, line.quantity, line.unit_price_minor, line.discount_minor)
            for line in after.lines
        ],
        shipping_minor=after.shipping_minor,
        discount_minor=after.discount_minor,
        total_minor=after.total_minor,
        not_supplied=[name for name in row.not_supplied if name in NOT_SUPPLIED_FIELDS],
    )
    found = prepare(SYSTEM, [Intake(draft=draft, source="api", historic=one.historic, simulated=one.simulated)], now)[0]
    if not isinstance(found, Prepared):
        raise UnfitWish(why=" ".join(finding_text(finding.code, finding.params) for finding in found.findings))
    return [finding for finding in found.findings if is_about_goods(finding)]


def put_findings(actor: Actor, order_id: int, found: Sequence[Finding], now: datetime) -> None:
    """Put what is found about goods and amounts in the place of what was found before."""
    OrderFinding.objects.filter(ABOUT_GOODS, order_id=order_id, resolved_at=None).update(
        resolved_at=now, resolved_by=actor.id, resolution="obsolete"
    )
    OrderFinding.objects.bulk_create(finding_rows.rows(order_id, found, None))


def give_back_difference(
    actor: Actor, order_id: int, amount_minor: int, currency: str, hands: Sequence[str], now: datetime
) -> None:
    """Ask for the money a change sets free to go back; a second person agrees where the sum asks for it.

    It is the wish of who changed the order: nobody whose `hands` were in the change agrees to it.
    """
    if not amount_minor:
        return
    want = payments.RefundWant(
        order=facts_of([order_id])[0],
        cause=REFUND_CAUSE,
        currency=currency,
        amount_minor=amount_minor,
        reason=_("The order was changed"),
        asked_by=actor.id,
        involved=tuple(hands),
    )
    payments.request_refund(SYSTEM, want=want, now=now)
