"""Shipments: the queues, one with its parcels and their way, and the walk through the warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.kernel.actor import Actor
from steward.modules.inventory import queries as inventory
from steward.modules.logistics.queries import choice, claims, tracking, words
from steward.modules.logistics.queries import shipment_words as said
from steward.modules.logistics.queries import shipments as queries
from steward.modules.logistics.queries.carriers import carriers
from steward.modules.logistics.queries.shipments import EventView, ParcelView, ShipmentDetail, ShipmentFilters
from steward.modules.logistics.rules import shipments as lives
from steward.modules.logistics.rules.watch import CLAIMABLE
from steward.modules.people import queries as people

PAGE = 50
QUEUES: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "": (pgettext_lazy("shipments", "To do"), lives.IN_HOUSE),
    "planned": (said.STATES["planned"], ("planned",)),
    "picking": (said.STATES["picking"], ("picking",)),
    "packed": (said.STATES["packed"], ("packed",)),
    "on_the_way": (pgettext_lazy("shipments", "On the way"), lives.ON_THE_WAY),
    "trouble": (_("In trouble"), ()),
    "delivered": (said.STATES["delivered"], ("delivered",)),
    "returns": (_("Returns"), ()),
    "all": (pgettext_lazy("shipments", "All"), ()),
}


@require_GET
@needs("logistics.view")
def shipments(request: StaffRequest) -> HttpResponse:
    """Show shipments, newest first; at first those in the house."""
    asked = {name: request.GET.get(name, "").strip()[:40] for name in ("queue", "q", "warehouse", "carrier", "after")}
    queue = asked["queue"] if asked["queue"] in QUEUES else ""
    states = QUEUES[queue][1]
    in_house = "outbound" if states and set(states) <= set(lives.IN_HOUSE) else ""
    filters = ShipmentFilters(
        states=() if asked["q"] else states,
        warehouse=asked["warehouse"],
        carrier=asked["carrier"],
        direction="" if asked["q"] else "return" if queue == "returns" else in_house,
        trouble="any" if queue == "trouble" and not asked["q"] else "",
        text=asked["q"],
    )
    rows = queries.shipments_page(filters, before_id=row_number(asked["after"]), limit=PAGE + 1)
    counts = queries.state_counts()
    older = {**asked, "after": str(rows[PAGE - 1].id)} if len(rows) > PAGE else {}
    facts = {
        "rows": rows[:PAGE],
        "chips": [
            (code, label, not asked["q"] and code == queue, _count(code, states, counts))
            for code, (label, states) in QUEUES.items()
        ],
        "queue": queue,
        "asked": asked,
        "warehouses": inventory.warehouses(),
        "carriers": carriers(),
        "troubles": said.TROUBLES,
        "storage": words.STORAGE_CLASSES,
        "may_ship": request.actor.may("logistics.ship"),
        "older_url": "?" + urlencode(older) if older else "",
    }
    return render(request, "console/shipping/list.html", facts)


def _count(code: str, states: tuple[str, ...], counts: Mapping[str, int]) -> int:
    """Count what a chip leads to; of what has ended nobody wants to know how many."""
    if code in ("delivered", "returns", "all"):
        return 0
    return counts["trouble"] if code == "trouble" else sum(counts.get(state, 0) for state in states)


@require_GET
@needs("logistics.view")
def shipment(request: StaffRequest, number: str) -> HttpResponse:
    """Show one shipment: goods, parcels, where they were seen, which service and why."""
    detail = queries.shipment(number)
    row = detail.row
    made = choice.chosen([row.number]).get(row.number)
    names = people.actor_names({detail.picked_by, detail.packed_by} - {""})
    is_ours = row.direction == "outbound"
    facts = {
        "detail": detail,
        "row": row,
        "choice": made,
        "options": made.choice.verdicts if made else (),
        "out": [(one, words.word(words.EXCLUSIONS, one.reason)) for one in made.choice.out] if made else [],
        "cause": words.word(words.CAUSES, made.cause) if made else "",
        "claims": claims.claims_of_shipment(row.number),
        "picked_by": names.get(detail.picked_by, detail.picked_by),
        "packed_by": names.get(detail.packed_by, detail.packed_by),
        "may_ship": request.actor.may("logistics.ship"),
        "may_choose": is_ours and request.actor.may("logistics.choose") and row.state in lives.IN_HOUSE,
        "is_ours": is_ours,
        "can_pack": is_ours and row.state in ("planned", "picking"),
        "can_return": is_ours and row.state in lives.TRACKED and request.actor.may("logistics.ship"),
        "carriers": carriers(),
        "warehouses": inventory.warehouses(),
        "can_cancel": lives.can(row.state, "cancel"),
        "can_claim": row.state in lives.TRACKED and request.actor.may("logistics.ship"),
        "claim_kinds": list(said.CLAIM_KINDS.items()),
        "claim_kind": CLAIMABLE.get(row.trouble, "lost"),
        **shown(detail),
    }
    return render(request, "console/shipping/shipment.html", facts)


def shown(detail: ShipmentDetail) -> dict[str, Any]:
    """Give the words of a shipment's page."""
    who = {one.code: one.name for one in tracking.sources()} | {"file": _("File")}
    return {
        "trouble": said.TROUBLES.get(detail.row.trouble, ""),
        "storage": words.word(words.STORAGE_CLASSES, detail.row.storage_class),
        "parcels": [
            (
                parcel,
                [
                    (
                        event,
                        words.word(said.EVENT_STATES, event.state),
                        said.FLAGS.get(event.flag, ""),
                        who.get(event.source) or event.source,
                    )
                    for event in parcel.events
                ],
                [one for one in tracking.guess_carrier(parcel.tracking_number) if not parcel.carrier][:3],
            )
            for parcel in detail.parcels
        ],
    }


@require_GET
@needs("logistics.view")
def picks(request: StaffRequest) -> HttpResponse:
    """Show what is to be taken from which shelf for some shipments, or for all that are to be picked."""
    numbers = [number.strip().upper() for number in request.GET.getlist("number")][:200]
    if not numbers:
        warehouse = request.GET.get("warehouse", "")[:40]
        filters = ShipmentFilters(states=("planned", "picking"), warehouse=warehouse, direction="outbound")
        numbers = [row.number for row in queries.shipments_page(filters, limit=200)]
    facts = {"rows": queries.pick_list(numbers), "numbers": numbers}
    return render(request, "console/shipping/picks.html", facts)


def _seen(parcel: ParcelView) -> list[EventView]:
    """Pick the last event of a parcel that counts."""
    return [event for event in parcel.events if event.state != "unknown" and not event.flag][:1]


def of_order(actor: Actor, order_id: int) -> dict[str, Any]:
    """Give what an order's page shows of its parcels."""
    found = queries.shipments_of_order(order_id) if actor.may("logistics.view") else []
    return {
        "order_shipments": [
            (one, said.TROUBLES.get(one.row.trouble, ""), [(parcel, _seen(parcel)) for parcel in one.parcels])
            for one in found
        ],
        "event_words": said.EVENT_STATES,
    }
