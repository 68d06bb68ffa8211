"""The numbers beside the menu entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from steward.interfaces.console import navigation
from steward.kernel import moment, parked
from steward.kernel.actor import Actor
from steward.modules.approvals import queries as approvals
from steward.modules.customers.queries import proposals
from steward.modules.desk.queries import calls, complaints, follow_ups, quality
from steward.modules.desk.queries import inbox as tickets
from steward.modules.fulfilment.queries import waves
from steward.modules.incidents import queries as incidents
from steward.modules.inventory import queries as inventory
from steward.modules.inventory.queries import stocktakes, write_offs
from steward.modules.logistics.queries import carriers, claims, shipments, tracking
from steward.modules.logistics.queries.days import house_day
from steward.modules.logistics.rules.shipments import IN_HOUSE
from steward.modules.messaging.queries import mailboxes
from steward.modules.messaging.queries import outbox as messages
from steward.modules.messaging.queries import parked as parked_messages
from steward.modules.orders import queries as orders
from steward.modules.orders.queries import exceptions, offers, screening
from steward.modules.payments import queries as payments
from steward.modules.people import queries as people
from steward.modules.returns.queries import cases, compensations, repairs

WORK_BY_PERMISSION: Mapping[str, str] = {
    "orders.mend": "orders.mend",
    "orders.audit": "orders.audit",
    "orders.screen": "orders.held",
    "approvals.decide": "approvals.mine",
    "stock.count": "stock.stocktakes",
    "tickets.work": "desk.mine",
    "returns.decide": "returns.decide",
    "returns.inspect": "returns.inspect",
}


@dataclass(frozen=True, slots=True)
class Counter:
    """Numbers that are counted together, under the names that menu entries carry."""

    permission: str
    count: Callable[[], Mapping[str, int]]


def _queues() -> Mapping[str, int]:
    counts = {f"orders.{queue}": number for queue, number in orders.queue_counts().items()}
    return counts | {"orders.held": screening.held_count(), "orders.offers": offers.count_open()}


def _waves() -> Mapping[str, int]:
    return {"fulfilment.waves": waves.waves_to_decide()}


def _surges() -> Mapping[str, int]:
    return {"incidents.surges": len(incidents.active_surges())}


def _stock() -> Mapping[str, int]:
    counts = {f"stock.{name}": number for name, number in inventory.attention_counts().items()}
    return counts | {"stock.write_offs": write_offs.write_offs_waiting()}


def _stocktakes(actor: Actor) -> Mapping[str, int]:
    """Count what waits for this very person: sheets to count, stocktakes to compare."""
    return {f"stock.{name}": number for name, number in stocktakes.stocktake_counts(actor).items()}


def _parked() -> Mapping[str, int]:
    return {"jobs.parked": parked.count_parked_jobs()}


def _money() -> Mapping[str, int]:
    return payments.waiting_counts()


def _decisions() -> Mapping[str, int]:
    return {"people.decisions": people.waiting_decisions()}


def _messages() -> Mapping[str, int]:
    counts = messages.state_counts()
    attention = sum(counts[state] for state in messages.NEEDS_A_PERSON)
    return {"messages.attention": attention, "messages.parked": parked_messages.parked_count()}


def _mailboxes() -> Mapping[str, int]:
    return {"messages.mailboxes": mailboxes.failing_count()}


def _approvals(actor: Actor) -> Mapping[str, int]:
    """Count what waits for this very person; nobody else's number is the same."""
    now = moment.now()
    mine = approvals.waiting_count(actor, now=now)
    return {"approvals.mine": mine, "approvals.entries": approvals.waiting_count(actor, now=now, kind="order_entry")}


def _tickets(actor: Actor) -> Mapping[str, int]:
    """Count what this very person has, and what nobody has yet."""
    counts = tickets.queue_counts(actor.staff_id, now=moment.now())
    waiting = {"desk.call_backs": calls.waiting_call_backs()}
    waiting["desk.complaints"] = complaints.complaint_counts(actor.staff_id, now=moment.now())["noticed"]
    waiting["desk.follow_ups"] = follow_ups.calls_due(actor.staff_id, now=moment.now())
    if actor.may("tickets.supervise"):
        reviews = quality.review_counts(actor.staff_id)
        waiting["desk.reviews"] = reviews["mine"] + reviews["free"] + reviews["appealed"]
    return {f"desk.{name}": counts[name] for name in ("mine", "unassigned")} | waiting


def _exceptions() -> Mapping[str, int]:
    return {"orders.exceptions": exceptions.exception_counts()["open"]}


def _proposals() -> Mapping[str, int]:
    return {"customers.proposals": proposals.open_proposals()}


def _carriers() -> Mapping[str, int]:
    return {"logistics.reviews": carriers.reviews_due(house_day(moment.now()))}


def _shipments() -> Mapping[str, int]:
    counts = shipments.state_counts()
    waiting = sum(counts.get(state, 0) for state in IN_HOUSE) + counts["trouble"]
    return {"logistics.shipments": waiting, "logistics.claims": claims.open_claims()}


def _tracking() -> Mapping[str, int]:
    return {"logistics.tracking": tracking.waiting_count()}


def _cases() -> Mapping[str, int]:
    found = {f"returns.{queue}": number for queue, number in cases.queue_counts().items()}
    return found | {"returns.compensations": compensations.queue_counts()["to_give"]}


def _repairs() -> Mapping[str, int]:
    counts = repairs.repair_counts(now=moment.now())
    return {"repairs.work": sum(counts[queue] for queue in ("diagnose", "decide", "work", "back"))}


COUNTERS: tuple[Counter, ...] = (
    Counter("orders.view", _queues),
    Counter("orders.exceptions", _exceptions),
    Counter("incidents.view", _surges),
    Counter("fulfilment.view", _waves),
    Counter("jobs.view", _parked),
    Counter("stock.view", _stock),
    Counter("logistics.quote", _carriers),
    Counter("logistics.view", _shipments),
    Counter("logistics.track", _tracking),
    Counter("messaging.view", _messages),
    Counter("messaging.mailboxes", _mailboxes),
    Counter("customers.view", _proposals),
    Counter("people.approve", _decisions),
    Counter("payments.view", _money),
    Counter("returns.view", _cases),
    Counter("returns.view", _repairs),
)


def counts_for(actor: Actor) -> dict[str, int]:
    """Count what waits behind each menu entry the actor may open; `work` is what they themselves may do."""
    found: dict[str, int] = {}
    for counter in COUNTERS:
        if actor.may(counter.permission):
            found.update(counter.count())
    if actor.may("approvals.decide"):
        found |= _approvals(actor)
    if actor.may("tickets.view"):
        found |= _tickets(actor)
    if actor.may("stock.count") or actor.may("stock.stocktake"):
        found |= _stocktakes(actor)
    found["work"] = sum(found.get(name, 0) for permission, name in WORK_BY_PERMISSION.items() if actor.may(permission))
    wanted = {entry.count for entry in navigation.places(actor) if entry.count}
    return {name: number for name, number in found.items() if name in wanted}
