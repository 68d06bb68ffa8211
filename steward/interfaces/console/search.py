"""Search over everything: each area gives a provider, the page and the palette show their hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steward.interfaces.console.approvals.inbox import page_of
from steward.interfaces.console.customers.listing import found_by
from steward.interfaces.console.states import look
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.approvals import queries as approvals
from steward.modules.approvals.queries import words
from steward.modules.customers.queries import directory
from steward.modules.desk.queries.inbox import find_tickets
from steward.modules.desk.queries.search_pages import search_page
from steward.modules.desk.queries.searching import SearchFilters
from steward.modules.logistics.queries import shipments
from steward.modules.orders import queries as orders
from steward.modules.people import queries as people

LONGEST_TEXT = 100
HITS_AT_MOST = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    title: str
    note: str
    url: str
    icon: str = "search"


@dataclass(frozen=True, slots=True)
class Provider:
    """What can be searched: who may, what the group is called, how to find."""

    permission: str
    label: Any
    find: Callable[[Actor, str], list[Hit]]


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one provider."""

    label: Any
    hits: list[Hit]


def find_orders(actor: Actor, text: str) -> list[Hit]:
    """Find orders by number, number of the shop, phone or name."""
    filters = orders.OrderFilters(q=text, scopes=actor.scopes)
    return [
        Hit(
            row.number,
            " · ".join(filter(None, (row.external_number, row.shop_name, row.customer.name, str(look(row.state)[1])))),
            reverse("order", args=[row.number]),
            "receipt",
        )
        for row in orders.orders_page(filters, limit=HITS_AT_MOST).rows
    ]


def _facts(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def find_shipments(actor: Actor, text: str) -> list[Hit]:
    """Find shipments by their number, the order's, a parcel's, the carrier's or a manifest's."""
    found = shipments.shipments_page(shipments.ShipmentFilters(text=text), limit=HITS_AT_MOST)
    return [
        Hit(
            row.number,
            _facts(row.order_number, row.carrier_name, row.city, str(look(row.state, "shipment")[1])),
            reverse("shipment", args=[row.number]),
            "truck",
        )
        for row in found
    ]


def find_customers(actor: Actor, text: str) -> list[Hit]:
    """Find customers by name, phone, e-mail or the number of an order."""
    found = directory.customers_page(ids=found_by(actor, text), limit=HITS_AT_MOST)
    return [
        Hit(row.name or f"#{row.id}", _facts(row.phone, row.email), reverse("customer", args=[row.id]), "user-heart")
        for row in found
    ]


def find_by_ticket(actor: Actor, text: str) -> list[Hit]:
    """Find tickets by their number."""
    return [
        Hit(
            row.number,
            _facts(row.subject, row.customer.label if row.customer else "", str(look(row.state, "ticket")[1])),
            reverse("ticket", args=[row.number]),
            "messages",
        )
        for row in find_tickets(text, limit=HITS_AT_MOST)
    ]


def find_words(actor: Actor, text: str) -> list[Hit]:
    """Find tickets by what was said in them, the best of the newest first."""
    page = search_page(text, SearchFilters(), now=moment.now(), limit=HITS_AT_MOST)
    return [
        Hit(one.ticket.subject or one.ticket.number, one.text, reverse("ticket", args=[one.ticket.number]), "message")
        for one in page.rows
    ]


def find_staff(actor: Actor, text: str) -> list[Hit]:
    """Find colleagues by name or user name."""
    found = people.staff_list(text=text)[:HITS_AT_MOST]
    return [Hit(each.name, each.username, reverse("staff_edit", args=[each.id]), "user") for each in found]


def find_teams(actor: Actor, text: str) -> list[Hit]:
    """Find teams by name or code."""
    found = [team for team in people.teams() if text.lower() in f"{team.name} {team.code}".lower()][:HITS_AT_MOST]
    return [Hit(team.name, team.manager_name, reverse("team", args=[team.code]), "users-group") for team in found]


def find_approvals(actor: Actor, text: str) -> list[Hit]:
    """Find what waits or waited for a second person, by the number of what it is about."""
    labels = approvals.kind_labels()
    return [
        Hit(
            f"{labels.get(row.kind, row.kind)} · {row.subject_number}",
            f"{words.state_label(row.state)} · {row.reason}".rstrip(" ·"),
            page_of(row),
            "user-check",
        )
        for row in approvals.found(text, limit=HITS_AT_MOST)
    ]


PROVIDERS: tuple[Provider, ...] = (
    Provider("orders.view", _("Orders"), find_orders),
    Provider("customers.view", _("Customers"), find_customers),
    Provider("tickets.view", _("Tickets"), find_by_ticket),
    Provider("tickets.view", _("Said in tickets"), find_words),
    Provider("logistics.view", _("Shipments"), find_shipments),
    Provider("approvals.view", _("Approvals"), find_approvals),
    Provider("settings.staff", _("Staff"), find_staff),
    Provider("people.view", _("Teams"), find_teams),
)


def find(actor: Actor, text: str, providers: Iterable[Provider] = PROVIDERS) -> list[Group]:
    """Ask every provider the actor may ask; groups without a hit are left out."""
    text = " ".join(text.split())[:LONGEST_TEXT]
    if not text:
        return []
    groups = (Group(each.label, each.find(actor, text)) for each in providers if actor.may(each.permission))
    return [group for group in groups if group.hits]
