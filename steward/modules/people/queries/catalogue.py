"""What can be permitted, in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.modules.people import rules


class PermissionView(Struct, frozen=True):
    """One permission as people read it."""

    code: str
    area: str
    label: Any


AREA_LABELS: dict[str, Any] = {
    "orders": _("Orders"),
    "catalog": _("Goods"),
    "stock": _("Stock"),
    "fulfilment": _("Allocation"),
    "returns": _("Returns and repairs"),
    "logistics": _("Carriers and shipping"),
    "payments": _("Payments"),
    "deadlines": _("Time limits"),
    "approvals": _("Approvals"),
    "customers": _("Customers"),
    "desk": _("Service desk"),
    "stations": _("Service stations"),
    "incidents": _("Surge mode and emergencies"),
    "messaging": _("Messages"),
    "jobs": _("Jobs"),
    "people": _("People"),
    "settings": _("Settings"),
}
LABELS: dict[str, Any] = {
    "orders.view": _("See orders"),
    "orders.enter": _("Enter orders"),
    "orders.mend": _("Complete and mend orders"),
    "orders.advance": _("Move orders on"),
    "orders.audit": _("Audit orders"),
    "orders.cancel": _("Cancel orders"),
    "orders.import": _("Import files of orders"),
    "orders.mappings": _("Change mappings of files"),
    "orders.reveal": _("Reveal personal data of an order"),
    "orders.offer": _("Offer alternatives for goods that are short, answer for the buyer"),
    "orders.screen": _("Decide about orders that screening holds"),
    "orders.screening_rules": _("Change rules and lists of screening, try them on past orders"),
    "orders.exceptions": _("Work exceptions"),
    "orders.exception_rules": _("Change what is watched for, and mute false alarms"),
    "orders.process": _("Change the steps of the order process"),
    "orders.change": _("Change orders: address, lines, service, cancel, split, merge"),
    "orders.do_steps": _("Say that an added step of the order process is done"),
    "catalog.edit": _("Add and change goods"),
    "stock.view": _("See stock"),
    "stock.move": _("Change stock"),
    "stock.purchase": _("Buy goods and move them between warehouses"),
    "stock.count": _("Take stock"),
    "stock.stocktake": _("Plan stocktakes and see their differences"),
    "stock.plan": _("Plan stock: reorder points and proposals"),
    "stock.write_off": _("Ask for write-offs of goods, call them off"),
    "stock.costs": _("Say what goods cost"),
    "fulfilment.view": _("See allocations and waves, and why"),
    "fulfilment.allocate": _("Allocate orders, run and apply waves"),
    "fulfilment.policy": _("Change and try out the policy of allocation"),
    "logistics.carriers": _("Change carriers and tariffs, decide about carriers"),
    "logistics.quote": _("See carriers, ask prices"),
    "logistics.choose": _("Choose another service for a shipment"),
    "logistics.view": _("See shipments and where they are"),
    "logistics.ship": _("Pick, pack, print labels, hand over, claim"),
    "logistics.track": _("See to tracking: sources, unknown codes and numbers"),
    "payments.view": _("See payments"),
    "payments.record": _("Record payments"),
    "payments.cards": _("Let gift cards pay for orders"),
    "payments.refund": _("Ask for refunds"),
    "payments.approve": _("Settle disputes about refunds"),
    "payments.reconcile": _("Compare statements of payment providers"),
    "payments.wallets": _("Give and take points, credit and coupons; note what shops handed over"),
    "payments.wallet_terms": _("Say where a shop keeps points and coupons, and how long they last"),
    "approvals.view": _("See what waits for a second person"),
    "approvals.decide": _("Decide as the second person"),
    "customers.view": _("See customers"),
    "customers.reveal": _("Reveal personal data of a customer"),
    "customers.edit": _("Note and verify how a customer is known"),
    "customers.merge": _("Merge customers who are one person, and part them again"),
    "customers.merge_rules": _("Change when customers are merged"),
    "customers.erase": _("Erase a customer's personal data"),
    "customers.terms": _("Give buyers terms to pay later"),
    "returns.view": _("See cases of after-sales"),
    "returns.request": _("Open and withdraw cases for customers"),
    "returns.decide": _("Approve and refuse cases"),
    "returns.receive": _("Receive what comes back"),
    "returns.inspect": _("Inspect what came back and say what becomes of it"),
    "returns.repair": _("Repair: diagnose, quote, use parts, lend, give back"),
    "returns.refund": _("Give money back for cases"),
    "returns.policies": _("Change return policies and reasons"),
    "returns.compensate": _("Propose compensations for customers"),
    "returns.budgets": _("Set budgets, reasons and limits of compensation"),
    "tickets.view": _("See tickets and conversations"),
    "tickets.work": _("Answer customers and work on tickets"),
    "tickets.manage": _("Merge, split and reject tickets, give them to others, declare special cases"),
    "tickets.supervise": _("Watch the desk, advise colleagues, review quality"),
    "settings.desk": _("Set up the service desk: categories, routing, flows, standard answers"),
    "stations.view": _("See service stations and appointments"),
    "stations.book": _("Book, move and cancel appointments"),
    "stations.counter": _("Check in and serve at a station's counter"),
    "stations.manage": _("Change service stations"),
    "incidents.view": _("See the load of queues and surge mode"),
    "incidents.surge": _("Switch surge mode on and off"),
    "incidents.plans": _("Change plans for surges"),
    "messaging.view": _("See messages and their delivery"),
    "messaging.retry": _("Send messages again, settle their fate"),
    "messaging.preferences": _("Change what a customer hears from us"),
    "messaging.templates": _("Change texts of messages"),
    "messaging.webhooks": _("Manage webhooks"),
    "messaging.channels": _("Manage accounts by which customers reach us"),
    "messaging.hand_in": _("Hand in messages of customers (an app or a web form of one's own)"),
    "messaging.mailboxes": _("Manage watched mailboxes"),
    "jobs.view": _("See parked jobs"),
    "jobs.rerun": _("Run parked jobs again"),
    "people.view": _("See teams, rosters and who is on call"),
    "people.teams": _("Change teams, skills and capacity"),
    "people.roster": _("Plan rosters, on-call and leave of others"),
    "people.approve": _("Decide on leave and swaps of shifts"),
    "people.calendars": _("Change calendars"),
    "settings.parameters": _("Change business numbers"),
    "deadlines.clocks": _("Let one time limit wait, or set when it is due"),
    "settings.policies": _("Change time limits"),
    "settings.staff": _("Manage staff"),
    "settings.roles": _("Give permissions to roles"),
    "settings.tokens": _("Issue and revoke API tokens"),
    "settings.audit": _("Read the audit log"),
    rules.ALL: _("Everything, also what comes later"),
}


def permissions() -> list[PermissionView]:
    """List every permission by area, in the order of the matrix."""
    return [PermissionView(code, area, LABELS[code]) for area, codes in rules.AREAS.items() for code in codes]


def permission(code: str) -> PermissionView:
    """Describe one permission; an unknown code describes itself."""
    return PermissionView(code, code.partition(".")[0], LABELS.get(code, code))
