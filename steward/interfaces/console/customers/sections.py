"""What the page of a customer consists of. A module that knows something of customers adds one section here.

A section has a template, a permission (without it the section is not there) and a function that reads what it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from steward.interfaces.console.messaging import preference_form
from steward.interfaces.console.stations.facts import visits
from steward.kernel import moment
from steward.kernel.actor import Actor
from steward.modules.customers.queries import words
from steward.modules.customers.queries.accounts import account_history
from steward.modules.customers.queries.directory import CustomerView
from steward.modules.customers.rules.identities import BY_HAND
from steward.modules.desk.queries.inbox import tickets_of_customer
from steward.modules.logistics.queries import shipments
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.buyers import order_ids_of
from steward.modules.payments import queries as payments
from steward.modules.payments.queries import wallets
from steward.modules.people import queries as people
from steward.modules.people.queries import stations
from steward.modules.returns.queries.compensations import compensations_of

SHOWN = 20
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the page."""

    code: str
    column: Literal["main", "side"]
    permission: str
    read: Callable[[Actor, CustomerView], dict[str, Any]]

    @property
    def template(self) -> str:
        """Name the template that shows it."""
        return f"console/customers/_{self.code}.html"


def _identities(actor: Actor, view: CustomerView) -> dict[str, Any]:
    names = people.actor_names({one.verified_by for one in view.identities} - {""})
    return {
        "rows": [
            (one, words.kind(one.what), words.icon(one.what), words.PROOFS.get(one.verified_how, ""),
             names.get(one.verified_by, ""))
            for one in view.identities
            if one.finds or one.elsewhere
        ],
        "kinds": [(kind, words.KINDS[kind]) for kind in BY_HAND],
        "proofs": list(words.PROOFS.items()),
    }  # fmt: skip


def _merges(actor: Actor, view: CustomerView) -> dict[str, Any]:
    names = people.actor_names({name for one in view.merges for name in (one.merged_by, one.undone_by)} - {""})
    people_by_id = {row.id: row for row in view.members}
    return {
        "rows": [
            (one, people_by_id.get(one.merged_id), words.rule(one.rule), names.get(one.merged_by, one.merged_by),
             names.get(one.undone_by, one.undone_by))
            for one in view.merges
        ],
    }  # fmt: skip


def _orders(actor: Actor, view: CustomerView) -> dict[str, Any]:
    filters = orders.OrderFilters(customer_ids=frozenset(view.row.member_ids), scopes=actor.scopes)
    page = orders.orders_page(filters, limit=SHOWN)
    return {"rows": page.rows, "has_more": page.next_after is not None}


def _addresses(actor: Actor, view: CustomerView) -> dict[str, Any]:
    """List where their orders went, each place once; an eye opens it through the order, which records it."""
    filters = orders.OrderFilters(customer_ids=frozenset(view.row.member_ids), scopes=actor.scopes)
    found: dict[tuple[str, str, str], Any] = {}
    for row in orders.orders_page(filters, limit=100).rows:
        to = row.customer
        if to.street or to.region:
            found.setdefault((to.name, to.region, to.street), row)
    return {"rows": list(found.values())[:8], "may_reveal": actor.may("orders.reveal")}


def _shipments(actor: Actor, view: CustomerView) -> dict[str, Any]:
    ids = frozenset(order_ids_of(view.row.member_ids, limit=LOOKED_AT))
    return {"rows": shipments.shipments_page(shipments.ShipmentFilters(order_ids=ids), limit=SHOWN)}


def _refunds(actor: Actor, view: CustomerView) -> dict[str, Any]:
    ids = order_ids_of(view.row.member_ids, limit=LOOKED_AT)
    return {"rows": payments.refunds_page(payments.RefundFilters(order_ids=ids), limit=SHOWN)}


def _visits(actor: Actor, view: CustomerView) -> dict[str, Any]:
    rows = stations.appointments_of_customers(view.row.member_ids, limit=SHOWN)
    zones = {one.id: one.zone for one in stations.stations(with_former=True)}
    return {"rows": [one | {"zone": zones[one["visit"].station_id]} for one in visits(rows)]}


def _tickets(actor: Actor, view: CustomerView) -> dict[str, Any]:
    return {"rows": tickets_of_customer(view.row.member_ids, staff_id=actor.staff_id, limit=SHOWN)}


def _consent(actor: Actor, view: CustomerView) -> dict[str, Any]:
    return preference_form.shown(view.row.id) | {"may_change": actor.may("messaging.preferences")}


def _terms(actor: Actor, view: CustomerView) -> dict[str, Any]:
    return {"rows": [row for row in account_history(view.row.id) if row.ended_at is None]}


def _wallet(actor: Actor, view: CustomerView) -> dict[str, Any]:
    ids = view.row.member_ids
    now = moment.now()
    wallet = wallets.wallet_of(ids, now=now)
    return {
        "wallet": wallet,
        "coupons": [(one, one.is_good(now)) for one in wallet.coupons],
        "due": [one for one in wallet.handovers if one.state == "due"],
        "history": wallets.wallet_history(ids, limit=SHOWN),
        "given": compensations_of(customer_ids=ids, limit=SHOWN) if actor.may("returns.view") else [],
        "may_give": actor.may("returns.compensate"),
        "customer_id": view.row.id,
    }


SECTIONS: tuple[Section, ...] = (
    Section("orders", "main", "orders.view", _orders),
    Section("shipments", "main", "logistics.view", _shipments),
    Section("refunds", "main", "payments.view", _refunds),
    Section("wallet", "main", "payments.view", _wallet),
    Section("tickets", "main", "tickets.view", _tickets),
    Section("visits", "main", "stations.view", _visits),
    Section("identities", "side", "customers.view", _identities),
    Section("addresses", "side", "orders.view", _addresses),
    Section("consent", "side", "customers.view", _consent),
    Section("terms", "side", "customers.view", _terms),
    Section("merges", "side", "customers.view", _merges),
)


def sections_of(actor: Actor, view: CustomerView) -> dict[str, list[dict[str, Any]]]:
    """Read every section the actor may see, by column."""
    shown: dict[str, list[dict[str, Any]]] = {"main": [], "side": []}
    for section in SECTIONS:
        if actor.may(section.permission):
            facts = {"code": section.code, "template": section.template, "part": section.read(actor, view)}
            shown[section.column].append(facts)
    return shown
