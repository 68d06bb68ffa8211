"""The menu as data: where one can go, with which permission, and which number stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from steward.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go. `count` names a counter of counts.py; `key` is the letter after G."""

    label: Any
    url_name: str
    permission: str
    icon: str
    query: str = ""
    count: str = ""
    key: str = ""

    @property
    def url(self) -> str:
        """Return the address of the place."""
        return reverse(self.url_name) + (f"?{self.query}" if self.query else "")

    def leads_to(self, request: HttpRequest) -> bool:
        """Tell whether the request is for this place."""
        if request.path != reverse(self.url_name):
            return False
        wanted = dict(parse_qsl(self.query))
        return request.GET.get("queue", "") == wanted.get("queue", "")


@dataclass(frozen=True, slots=True)
class Section:
    """A group of places; without a label its entries stand alone at the top."""

    label: Any
    icon: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as one person sees it on one page: its places, and whether each is where they are."""

    label: Any
    icon: str
    entries: list[tuple[Entry, bool]]


SECTIONS: tuple[Section, ...] = (
    Section(
        "",
        "",
        (
            Entry(_("My work"), "home", "", "checklist", count="work", key="w"),
            Entry(_("Approvals"), "approvals", "approvals.view", "checks", count="approvals.mine", key="1"),
            Entry(_("Check of entries"), "verifications", "approvals.decide", "eye-check", count="approvals.entries"),
        ),
    ),
    Section(
        _("Service desk"),
        "headset",
        (
            Entry(_("Inbox"), "desk_inbox", "tickets.view", "inbox", count="desk.mine", key="i"),
            Entry(_("Search tickets"), "desk_search", "tickets.view", "message-search"),
            Entry(_("Phone calls"), "calls", "tickets.view", "phone", count="desk.call_backs"),
            Entry(_("Complaints"), "complaints", "tickets.view", "message-exclamation", count="desk.complaints"),
            Entry(_("Follow-up"), "follow_ups", "tickets.view", "phone-check", count="desk.follow_ups"),
            Entry(_("Live wall"), "desk_wall", "tickets.supervise", "layout-dashboard"),
            Entry(_("Better than it was"), "desk_gaming", "tickets.supervise", "zoom-question"),
            Entry(_("Key customers"), "key_customers", "tickets.manage", "user-star"),
            Entry(_("Tickets I watch"), "desk_watching", "tickets.work", "eye"),
            Entry(_("Quality review"), "quality_reviews", "tickets.supervise", "clipboard-check", count="desk.reviews"),
            Entry(_("Results of quality"), "quality_results", "tickets.supervise", "chart-bar"),
            Entry(_("My reviews"), "quality_mine", "tickets.work", "medal"),
            Entry(_("Routing"), "desk_routing", "settings.desk", "route"),
            Entry(_("Flows"), "desk_flows", "settings.desk", "list-check"),
        ),
    ),
    Section(
        _("Orders"),
        "receipt",
        (
            Entry(_("All orders"), "orders", "orders.view", "list-details", key="o"),
            Entry(_("To complete"), "orders", "orders.view", "pencil-exclamation", "queue=mend", "orders.mend"),
            Entry(_("To be paid"), "orders", "orders.view", "credit-card", "queue=payment", "orders.payment"),
            Entry(_("To audit"), "orders", "orders.view", "clipboard-check", "queue=audit", "orders.audit", key="a"),
            Entry(_("Held"), "holds", "orders.view", "shield-half", count="orders.held"),
            Entry(_("Short of stock"), "orders", "orders.view", "package-off", "queue=short", "orders.short"),
            Entry(_("Offers to buyers"), "offers", "orders.view", "message-question", count="orders.offers"),
            Entry(_("Conflicts"), "orders", "orders.view", "git-compare", "queue=conflict", "orders.conflict"),
            Entry(_("Exceptions"), "exceptions", "orders.exceptions", "alert-octagon", count="orders.exceptions"),
            Entry(_("Surge mode"), "surge", "incidents.view", "flame", count="incidents.surges"),
            Entry(_("New order"), "order_new", "orders.enter", "plus", key="n"),
        ),
    ),
    Section(
        _("Stock and payments"),
        "package",
        (
            Entry(_("Stock"), "stock", "stock.view", "package", key="b"),
            Entry(_("Replenishment"), "replenishment", "stock.view", "shopping-cart", count="stock.low"),
            Entry(_("Purchases and transfers"), "supplies", "stock.view", "truck", count="stock.differences"),
            Entry(_("Slow and expiring"), "stock_expiring", "stock.view", "hourglass-low", count="stock.write_offs"),
            Entry(_("Stocktakes"), "stocktakes", "stock.view", "clipboard-list", count="stock.stocktakes"),
            Entry(_("Stock health"), "stock_health", "stock.view", "heartbeat", count="stock.unproven"),
            Entry(_("Refunds"), "refunds", "payments.view", "cash-banknote", count="payments.refunds", key="q"),
            Entry(_("Reconciliation"), "statements", "payments.view", "scale", count="payments.differences"),
            Entry(
                _("Payment callbacks"),
                "payment_callbacks",
                "payments.view",
                "credit-card-pay",
                count="payments.unmatched",
                key="c",
            ),
        ),
    ),
    Section(
        _("Carriers and shipping"),
        "truck-delivery",
        (
            Entry(_("Allocation waves"), "waves", "fulfilment.view", "ripple", count="fulfilment.waves"),
            Entry(_("Allocation policy"), "allocation_policy", "fulfilment.view", "adjustments-horizontal"),
            Entry(
                _("Shipments"), "shipments", "logistics.view", "package-export", count="logistics.shipments", key="2"
            ),
            Entry(_("Packing table"), "packing_table", "logistics.ship", "barcode", key="3"),
            Entry(_("Carriers"), "carriers", "logistics.quote", "truck", count="logistics.reviews"),
            Entry(_("Tracking desk"), "tracking_desk", "logistics.track", "radar-2", count="logistics.tracking"),
            Entry(_("Claims"), "claims", "logistics.view", "receipt-refund", count="logistics.claims"),
            Entry(_("Ask prices"), "quotes", "logistics.quote", "calculator"),
            Entry(_("Scorecards"), "scorecards", "logistics.quote", "chart-bar"),
        ),
    ),
    Section(
        _("After-sales"),
        "arrow-back-up",
        (
            Entry(_("Cases"), "cases", "returns.view", "arrow-back-up", count="returns.decide", key="r"),
            Entry(_("To inspect"), "cases", "returns.inspect", "zoom-check", "queue=inspect", "returns.inspect"),
            Entry(_("Inspect goods"), "case_scan", "returns.inspect", "barcode"),
            Entry(_("Repairs"), "repairs", "returns.view", "tool", count="repairs.work"),
            Entry(_("Compensation"), "compensations", "returns.view", "gift", count="returns.compensations"),
        ),
    ),
    Section(
        _("Customers"),
        "users",
        (
            Entry(_("Customers"), "customers", "customers.view", "users", key="4"),
            Entry(_("May be the same"), "merge_proposals", "customers.view", "users-plus", count="customers.proposals"),
            Entry(_("Rules of merging"), "merge_rules", "customers.view", "adjustments"),
            Entry(_("Service stations"), "stations", "stations.view", "building-store", key="5"),
        ),
    ),
    Section(
        _("Messages"),
        "mail",
        (
            Entry(_("Delivery"), "messages", "messaging.view", "send", count="messages.attention", key="z"),
            Entry(_("Texts"), "message_texts", "messaging.templates", "message-2", key="x"),
            Entry(_("Webhooks"), "webhooks", "messaging.webhooks", "webhook", key="h"),
            Entry(_("Parked messages"), "parked_mail", "messaging.view", "mail-question", count="messages.parked"),
            Entry(_("Mailboxes"), "mailboxes", "messaging.mailboxes", "mailbox", count="messages.mailboxes"),
        ),
    ),
    Section(
        _("Intake"),
        "file-import",
        (
            Entry(_("Imports"), "imports", "orders.import", "file-import", key="4"),
            Entry(_("Mappings"), "mappings", "orders.mappings", "arrows-exchange", key="m"),
            Entry(_("Parked jobs"), "parked_jobs", "jobs.view", "parking", count="jobs.parked", key="j"),
        ),
    ),
    Section(
        _("People"),
        "users-group",
        (
            Entry(_("My shifts"), "my_shifts", "people.view", "calendar-user", key="d"),
            Entry(_("Roster"), "roster", "people.view", "calendar-week", key="e"),
            Entry(_("Leave"), "leave", "people.view", "beach", count="people.decisions", key="v"),
            Entry(_("On call"), "on_call", "people.view", "phone-call", key="f"),
            Entry(_("Teams"), "teams", "people.view", "users-group", key="u"),
            Entry(_("Calendars"), "calendars", "people.view", "calendar-cog", key="y"),
        ),
    ),
    Section(
        _("Settings"),
        "settings",
        (
            Entry(_("Business numbers"), "parameters", "settings.parameters", "adjustments", key="p"),
            Entry(_("Screening rules"), "screening_rules", "orders.screening_rules", "shield-cog"),
            Entry(_("Time limits"), "time_limits", "settings.policies", "clock", key="t"),
            Entry(_("Standard answers"), "desk_macros", "settings.desk", "bolt"),
            Entry(_("Order process"), "process", "orders.process", "route"),
            Entry(_("Rules of changing orders"), "change_rules", "orders.process", "edit-circle"),
            Entry(_("Who has to agree"), "approval_policies", "approvals.view", "scale"),
            Entry(_("Staff"), "staff", "settings.staff", "users", key="s"),
            Entry(_("Roles and permissions"), "permission_matrix", "settings.roles", "shield-check"),
            Entry(_("API tokens"), "tokens", "settings.tokens", "key", key="k"),
            Entry(_("Channels"), "channels", "messaging.channels", "plug"),
            Entry(_("Payment providers"), "payment_providers", "settings.tokens", "building-bank"),
            Entry(_("Classifier"), "classifier", "settings.desk", "brain"),
            Entry(_("Audit log"), "audit_log", "settings.audit", "history", key="l"),
        ),
    ),
)


def places(actor: Actor) -> Iterable[Entry]:
    """List every place the actor may open."""
    for section in SECTIONS:
        for entry in section.entries:
            if not entry.permission or actor.may(entry.permission):
                yield entry


def menu(actor: Actor, request: HttpRequest) -> SafeString:
    """Write the menu of one person for one page: only what may be opened, the current place marked.

    It is the same for everybody with the same permissions and language, and drawn once for them.
    """
    current = frozenset(entry for section in SECTIONS for entry in section.entries if entry.leads_to(request))
    return _drawn(actor.permissions, get_language() or "", current)


@lru_cache(maxsize=512)
def _drawn(permissions: frozenset[str], locale: str, current: frozenset[Entry]) -> SafeString:
    actor = Actor(id="menu", kind="system", permissions=permissions, locale=locale)
    allowed = set(places(actor))
    sections = [
        Shown(section.label, section.icon, [(entry, entry in current) for entry in section.entries if entry in allowed])
        for section in SECTIONS
    ]
    return render_to_string("console/frame/sections.html", {"sections": [one for one in sections if one.entries]})
