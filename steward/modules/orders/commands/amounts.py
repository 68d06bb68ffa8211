"""Change the lines and the total of an order while its state still allows; who does it does not audit it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.kernel import errors, events, money, parameters
from steward.kernel.actor import Actor, system
from steward.kernel.findings import Finding
from steward.modules.inventory.commands.promising import Want, change_promises
from steward.modules.orders.commands import finding_rows
from steward.modules.orders.commands.intake import Intake, Prepared, prepare
from steward.modules.orders.commands.moving import Standing
from steward.modules.orders.commands.progress import follow_payments
from steward.modules.orders.commands.receive import HOLD_S, shortage_findings
from steward.modules.orders.events import OrderMended
from steward.modules.orders.models import Cancellation, Line, Order, OrderFinding
from steward.modules.orders.queries.findings import finding_text
from steward.modules.orders.rules.drafts import OrderDraft

SYSTEM = system("orders")
ABOUT_GOODS = Q(field__startswith="lines") | Q(
    field__in=("total_minor", "shipping_minor", "discount_minor", "currency")
)
GOODS_UNKNOWN = frozenset({"goods", "prices"})


class GoodsStand(errors.Refusal):
    """Refuse to put other lines and amounts in the place of those that stand, with the reason."""

    code = "goods_stand"
    status = 409
    message = gettext_lazy("The lines and amounts cannot be taken over: %(why)s")


def take_total(actor: Actor, one: Standing, *, total_minor: int, now: datetime) -> None:
    """Put the total that the lines add up to in the place of the one given; the money is judged anew.

    A step of the caller's command, on a locked order. Emits: OrderMended and what follow_payments emits.
    """
    before = {"total_minor": one.total_minor}
    _write(actor, one, {"total_minor": total_minor})
    doubted = Q(code="total_mismatch") | Q(code="rekeyed_otherwise", field="total_minor") | Q(code="sent_back")
    _resolve(doubted, one, actor, now, "mended")
    _record(actor, one, before, {"total_minor": total_minor})
    follow_payments(SYSTEM, order_ids=[one.id], now=now)


def take_goods(actor: Actor, one: Standing, draft: OrderDraft, *, now: datetime) -> None:
    """Put lines and amounts of another content in the place of those that stand, checked and promised anew.

    A step of the caller's command, on a locked order; its payments stay what the ledger says. Raises: GoodsStand.
    Emits: OrderMended and what follow_payments emits. Locks: promises in id order.
    """
    fresh = _prepared(one, draft, now)
    order = Order.objects.get(id=one.id)
    before = _facts(order, _texts(one.id, one.currency))
    hold_until = now + timedelta(seconds=parameters.value(HOLD_S))
    want = Want(one.id, one.pool, fresh.stocked, None if one.may_go_on else hold_until)
    missing = change_promises(want).missing
    _replace_lines(one.id, fresh)
    amounts = {
        "lines_minor": fresh.checked.lines_minor,
        "shipping_minor": draft.shipping_minor,
        "discount_minor": draft.discount_minor,
        "adjustments": msgspec.to_builtins(draft.adjustments),
        "total_minor": fresh.checked.total_minor,
        "fulfilment_state": ("short" if missing else "promised") if fresh.stocked else "none",
        "not_supplied": sorted((set(order.not_supplied) - GOODS_UNKNOWN) | (set(draft.not_supplied) & GOODS_UNKNOWN)),
    }
    _write(actor, one, amounts)
    found = [finding for finding in fresh.findings if is_about_goods(finding)] + shortage_findings(fresh, missing)
    _resolve(ABOUT_GOODS, one, actor, now, "obsolete")
    OrderFinding.objects.bulk_create(finding_rows.rows(one.id, found, None))
    _record(actor, one, before, _facts(Order.objects.get(id=one.id), _texts(one.id, one.currency)))
    follow_payments(SYSTEM, order_ids=[one.id], now=now)


def _prepared(one: Standing, draft: OrderDraft, now: datetime) -> Prepared:
    """Check the other content as if it came in now. Raises: GoodsStand."""
    if draft.currency != one.currency:
        raise GoodsStand(why=_("they are in another currency (%(currency)s).") % {"currency": draft.currency})
    if Cancellation.objects.filter(line__order_id=one.id).exists():
        raise GoodsStand(why=_("the source has cancelled some of the lines that stand."))
    intake = Intake(draft=draft, source="api", historic=one.historic, simulated=one.simulated)
    found = prepare(SYSTEM, [intake], now)[0]
    if isinstance(found, Prepared):
        return found
    raise GoodsStand(why=" ".join(finding_text(finding.code, finding.params) for finding in found.findings))


def is_about_goods(finding: Finding) -> bool:
    """Tell whether a finding is about lines or amounts."""
    return finding.field.startswith("lines") or finding.field in ("total_minor", "discount_minor", "currency")


def _replace_lines(order_id: int, fresh: Prepared) -> None:
    Line.objects.filter(order_id=order_id).delete()
    Line.objects.bulk_create(
        Line(
            order_id=order_id,
            position=position,
            item_id=item_id,
            title=line.title,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            discount_minor=line.discount_minor,
        )
        for position, (item_id, line) in enumerate(zip(fresh.item_ids, fresh.intake.draft.lines, strict=True), 1)
    )


def _write(actor: Actor, one: Standing, values: Mapping[str, Any]) -> None:
    menders = sorted({*one.mended_by, actor.id})
    Order.objects.filter(id=one.id).update(mended_by=menders, amounts_mended=True, **values)


def _resolve(about: Q, one: Standing, actor: Actor, now: datetime, resolution: str) -> None:
    open_ = OrderFinding.objects.filter(about, order_id=one.id, resolved_at=None)
    open_.update(resolved_at=now, resolved_by=actor.id, resolution=resolution)


def _texts(order_id: int, currency: str) -> list[str]:
    lines = Line.objects.filter(order_id=order_id).select_related("item").order_by("position")
    return [
        f"{line.quantity} × {line.item.sku} · {money.to_decimal(line.unit_price_minor, currency)} {currency}"
        for line in lines
    ]


def _facts(order: Order, lines: Sequence[str]) -> dict[str, Any]:
    amounts = {name: getattr(order, name) for name in ("shipping_minor", "discount_minor", "total_minor")}
    return {"lines": list(lines), **amounts}


def _record(actor: Actor, one: Standing, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    fields = [name for name in after if before[name] != after[name]]
    mended = OrderMended(
        order_id=one.id,
        fields=fields,
        before={name: before[name] for name in fields},
        after={name: after[name] for name in fields},
        currency=one.currency,
        simulated=one.simulated,
    )
    events.record(actor, [mended])
