"""Change an order: choose what, see what it would do, then confirm or decline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, money
from steward.kernel.actor import Actor
from steward.modules.logistics.queries import carriers
from steward.modules.logistics.queries.shipments import shipments_of_order
from steward.modules.orders import queries
from steward.modules.orders.commands import changing
from steward.modules.orders.commands.change_planning import UnfitWish
from steward.modules.orders.queries import change_words, changes, words
from steward.modules.orders.queries.findings import field_label
from steward.modules.orders.rules import transitions
from steward.modules.orders.rules.change_effects import Share
from steward.modules.orders.rules.change_plan import MOST, LineWish, Wish
from steward.modules.orders.rules.changes import KINDS, Kind
from steward.modules.people import queries as people

NEEDS = "orders.change"
NEW_LINES = 3
RECIPIENT = tuple(f"recipient.{name}" for name in ("name", "phone", "province", "city", "district", "street"))
WAITING_SHIPMENTS = ("planned", "picking", "packed")
# What is offered as a page of its own; pieces are cancelled on the page of the lines.
SHOWN = ("lines", "address", "means", "service", "split", "merge", "cancel")


def of_order(actor: Actor, detail: queries.OrderDetail) -> dict[str, Any]:
    """Collect what the page of one order shows of its changes."""
    order_id = detail.order.id
    return {
        "changes": changes.changes_of(order_id),
        "linked_orders": changes.linked_orders(order_id),
        "may_change": actor.may(NEEDS) and not detail.order.historic,
    }


@require_GET
@needs(NEEDS)
def order_change(request: StaffRequest, number: str) -> HttpResponse:
    """Show what of an order can be changed, and the form of one kind."""
    return _form(request, number, request.GET.get("kind", ""))


@require_POST
@needs(NEEDS)
def change_propose(request: StaffRequest, number: str) -> HttpResponse:
    """Preview a change; what does not fit comes back with the form."""
    detail = queries.order_detail(number)
    kind = request.POST.get("kind", "")
    try:
        wish = _wish(request, detail, kind)
        change_id = changing.propose_change(request.actor, order_id=detail.order.id, wish=wish, now=moment.now())
    except errors.Refusal as refusal:
        return _form(request, number, kind, problem=str(refusal), status=refusal.status)
    return HttpResponseRedirect(reverse("order_change_preview", args=[number, change_id]))


@require_GET
@needs("orders.view")
def change_preview(request: StaffRequest, number: str, change_id: int) -> HttpResponse:
    """Show one change: money, goods and shipments before and after, and the way it ended."""
    found = changes.change(change_id)
    detail = queries.order_detail(number)
    if found.order_id != detail.order.id:
        raise errors.NotFound(key=change_id)
    names = people.actor_names({found.proposed_by, found.ended_by} - {""})
    waiting = [one for one in shipments_of_order(detail.order.id) if one.row.state in WAITING_SHIPMENTS]
    facts = {
        "change": found,
        "effects": found.effects,
        "order": detail.order,
        "proposed_by": names.get(found.proposed_by, found.proposed_by),
        "ended_by": names.get(found.ended_by, found.ended_by),
        "fields": [field_label(name) for name in found.effects.fields],
        "shipments": [one.row.number for one in waiting] if found.is_open else [],
        "may_change": request.actor.may(NEEDS),
    }
    return render(request, "console/orders/change.html", facts)


@require_POST
@needs(NEEDS)
def change_confirm(request: StaffRequest, number: str, change_id: int) -> HttpResponse:
    """Carry a previewed change out."""
    changing.confirm_change(request.actor, change_id=change_id, now=moment.now())
    return say(request, _("The order was changed."), to=reverse("order", args=[number]))


@require_POST
@needs(NEEDS)
def change_decline(request: StaffRequest, number: str, change_id: int) -> HttpResponse:
    """Drop a previewed change."""
    changing.decline_change(request.actor, change_id=change_id, now=moment.now())
    return say(request, _("Nothing was changed."), tone="info", to=reverse("order", args=[number]))


def _form(request: StaffRequest, number: str, kind: str, *, problem: str = "", status: int = 200) -> HttpResponse:
    detail = queries.order_detail(number)
    why_not = {str(code): why for code, why in changes.possible_changes(detail.order.id).items()}
    less_only = bool(why_not["lines"]) and not why_not["cancel_lines"]
    why_not["lines"] = "" if less_only else why_not["lines"]
    kinds = [(code, change_words.kind(code), why_not[code]) for code in KINDS if code in SHOWN]
    chosen = "lines" if kind == "cancel_lines" else kind
    if why_not.get(chosen, "-") and not problem:
        chosen = next((code for code, _label, why in kinds if not why), "")
    facts = {
        "order": detail.order,
        "detail": detail,
        "kinds": kinds,
        "kind": chosen,
        "posted_kind": "cancel_lines" if chosen == "lines" and less_only else chosen,
        "less_only": less_only,
        "problem": problem,
        "reason": request.POST.get("reason", "") or request.GET.get("reason", "")[:200],
        "lines": [(line, line.quantity - line.cancelled_quantity) for line in detail.lines],
        "new_lines": range(NEW_LINES),
        "shipping": money.to_decimal(detail.shipping_minor, detail.order.currency),
        "recipient": [(field, field_label(field)) for field in RECIPIENT],
        "services": [(one.code, f"{one.carrier_name} · {one.name}") for one in carriers.services() if one.active],
        "cancel_causes": [(cause, words.cancel_cause(cause)) for cause in transitions.CANCEL_CAUSES],
        "may_use_cards": request.actor.may("payments.cards"),
        "may_cancel": request.actor.may("orders.cancel"),
        "undoable": changes.undoable_merge(detail.order.id),
        "open_change": changes.open_change(detail.order.id),
    }
    return render(request, "console/orders/change_form.html", facts, status=status)


def _wish(request: StaffRequest, detail: queries.OrderDetail, kind: str) -> Wish:
    """Read what somebody wants from the form. Raises: UnfitWish."""
    readers: Mapping[str, Callable[[StaffRequest, queries.OrderDetail], dict[str, Any]]] = {
        "address": _recipient,
        "lines": _lines,
        "cancel_lines": _fewer,
        "service": lambda request, _detail: {"service": request.POST.get("service", "")[:80]},
        "cancel": lambda request, _detail: {"cause": request.POST.get("cause", "")},
        "split": _shares,
        "merge": lambda request, _detail: {"other_number": request.POST.get("other", "").strip()[:40]},
        "means": lambda request, _detail: {"card": request.POST.get("card", "").strip()[:40]},
        "unmerge": lambda request, _detail: {"undoes": _count(request.POST.get("undoes", ""), most=10**18)},
    }
    if kind not in readers:
        raise UnfitWish(why=_("choose what is to be changed."))
    return Wish(kind=cast(Kind, kind), reason=request.POST.get("reason", "")[:200], **readers[kind](request, detail))


def _recipient(request: StaffRequest, _detail: queries.OrderDetail) -> dict[str, Any]:
    typed = {field: request.POST.get(field, "").strip()[:200] for field in RECIPIENT}
    return {"recipient": {field: value for field, value in typed.items() if value}}


def _lines(request: StaffRequest, detail: queries.OrderDetail) -> dict[str, Any]:
    currency = detail.order.currency
    wishes = [
        LineWish(
            line_id=line.id,
            quantity=_count(request.POST.get(f"line-{line.id}", "")),
            unit_price_minor=_minor(request.POST.get(f"price-{line.id}", ""), currency),
        )
        for line in detail.lines
        if f"line-{line.id}" in request.POST
    ]
    for place in range(NEW_LINES):
        if sku := request.POST.get(f"sku-{place}", "").strip()[:64]:
            pieces = _count(request.POST.get(f"quantity-{place}", "") or "1")
            wishes.append(LineWish(sku=sku, quantity=pieces))
    card = request.POST.get("card", "").strip()[:40]
    return {"lines": wishes, "shipping_minor": _minor(request.POST.get("shipping", ""), currency), "card": card}


def _fewer(request: StaffRequest, detail: queries.OrderDetail) -> dict[str, Any]:
    named = [line for line in detail.lines if f"line-{line.id}" in request.POST]
    return {"lines": [LineWish(line_id=line.id, quantity=_count(request.POST[f"line-{line.id}"])) for line in named]}


def _shares(request: StaffRequest, detail: queries.OrderDetail) -> dict[str, Any]:
    typed = {line.id: request.POST.get(f"share-{line.id}", "") or "0" for line in detail.lines}
    return {"shares": [Share(id_, _count(text)) for id_, text in typed.items() if text != "0"]}


def _count(text: str, *, most: int = MOST) -> int:
    """Read a number of pieces. Raises: UnfitWish."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or int(text) > most:
        raise UnfitWish(why=_("“%(text)s” is no number of pieces.") % {"text": text[:20]})
    return int(text)


def _minor(text: str, currency: str) -> int | None:
    """Read an amount; nothing typed is none. Raises: UnfitWish."""
    if not text.strip():
        return None
    try:
        minor = money.to_minor(text, currency)
    except ValueError:
        minor = -1
    if not 0 <= minor <= 10**15:
        raise UnfitWish(why=_("“%(text)s” is no amount.") % {"text": text[:20]})
    return minor
