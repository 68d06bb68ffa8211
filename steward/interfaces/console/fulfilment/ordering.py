"""The card “allocation” of the order page, and what can be done there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.catalog import queries as catalog
from steward.modules.fulfilment.commands import allocating
from steward.modules.fulfilment.queries import words
from steward.modules.fulfilment.queries.allocations import AllocationView, allocations_of_order
from steward.modules.orders import queries as orders

DO = "fulfilment.allocate"


def of_order(actor: Actor, order: Any) -> dict[str, Any]:
    """Gather what the order page shows of its allocation."""
    if not actor.may("fulfilment.view") or order.historic:
        return {"allocation": None}
    found = allocations_of_order(order.id)
    may_do = actor.may(DO) and order.state == "approved"
    # What is left of an order of which a part has left may have lost its goods.
    lacks = order.fulfilment_state == "partly_shipped" and bool(found) and found[0].state == "nothing"
    return {
        "allocation": shown(found[0]) if found else None,
        "earlier_allocations": [
            (one, words.STATES[one.state], words.ending_label(one.ended_because)) for one in found[1:]
        ],
        "may_allocate": may_do and (order.fulfilment_state == "promised" or lacks),
        "may_deallocate": may_do and order.fulfilment_state == "allocated",
    }


def shown(view: AllocationView) -> dict[str, Any]:
    """Lay an allocation out: each warehouse chosen with its goods and costs, each rejected with its reason."""
    return {
        "view": view,
        "state": words.STATES[view.state],
        "mode": words.MODES[view.mode],
        **explained(view.why),
    }


def explained(why: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a stored explanation out in the reader's language."""
    chosen, rejected = why.get("chosen", []), why.get("rejected", [])
    ids = {goods["item_id"] for one in chosen for goods in one["goods"]}
    ids |= {item for one in rejected for item in one["item_ids"]}
    skus = {id_: facts.sku for id_, facts in catalog.items_by_id(ids).items()}
    return {
        "rank": words.RANKS.get(str(why.get("rank", "")), ""),
        "promised": why.get("promised_date", ""),
        "split_minor": why.get("split_minor", 0),
        "chosen": [
            one
            | {
                "goods": [goods | {"sku": skus.get(goods["item_id"], "")} for goods in one["goods"]],
                "pieces": [(label, one[name]) for name, label in words.PIECES.items() if one[name]],
            }
            for one in chosen
        ],
        "rejected": [
            one
            | {
                "label": words.reason_label(one["reason"]),
                "skus": ", ".join(skus.get(item, "") for item in one["item_ids"]),
            }
            for one in rejected
        ],
    }


@require_POST
@needs(DO)
def order_allocate(request: StaffRequest, number: str) -> HttpResponse:
    """Set goods aside for an order now, or choose anew."""
    order_id, now, reason = orders.order_id(number), moment.now(), request.POST.get("reason", "")
    if request.POST.get("anew"):
        done = allocating.reallocate_orders(request.actor, order_ids=[order_id], reason=reason, now=now)
    else:
        done = allocating.allocate_orders(request.actor, order_ids=[order_id], now=now)
    text = _("The goods are set aside.") if done.placed else _("No warehouse can serve it whole; see why below.")
    return say(request, text, to=reverse("order", args=[number]))


@require_POST
@needs(DO)
def order_deallocate(request: StaffRequest, number: str) -> HttpResponse:
    """Give back what is set aside for an order."""
    reason = request.POST.get("reason", "")
    order_id = orders.order_id(number)
    allocating.deallocate_orders(request.actor, order_ids=[order_id], reason=reason, now=moment.now())
    return say(request, _("The goods are free again; the promise stays."), to=reverse("order", args=[number]))
