"""Procedures of a real shop's desk as data: the engine holds their branches, refusals and events to the very end.

Source: the shapes are those of the 55 procedures of ABCD (action-based conversations); the words are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import events
from steward.modules.desk.commands import flow_steps, flows
from steward.modules.desk.commands.flow_facts import facts_of
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.events import TicketAnswered, TicketContinued
from steward.modules.desk.models import Ticket, TicketStep
from steward.modules.desk.queries.flows import checklists
from steward.modules.desk.tests import procedures
from steward.modules.desk.tests.words import DESK, customer, said, word
from steward.modules.logistics.events import ReturnAnnounced, ShipmentDelivered, ShipmentHandedOver, ShipmentTroubled
from steward.modules.orders.events.changes import OrderChanged
from steward.modules.orders.models import Order
from steward.modules.payments.events import RefundDecided, RefundPaid, RefundRequested
from tests import make

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
Deed = tuple[str, str] | str


def a_ticket(code: str, *, urgency: str = "normal", fulfilment: str = "") -> int:
    """Let a customer write, and a person say what it is about; return the id of a ticket with a procedure."""
    flows.save_flow(make.TESTER, draft=procedures.draft(code), reason="流程")
    id_ = said(word("在吗", customer_id=customer()))[0].ticket_id or 0
    order_id = 77
    if fulfilment:
        make.item(stock=3)
        order_id = make.order().order_id or 0
        Order.objects.filter(id=order_id).update(fulfilment_state=fulfilment)
    Ticket.objects.filter(id=id_).update(order_id=order_id, urgency=urgency)
    category = procedures.ALL[code][0]
    restate_tickets(make.TESTER, ticket_ids=[id_], facts=Facts(category=category), now=make.NOW)
    flow_steps.start_flows(DESK, ticket_ids=[id_], now=make.NOW)
    return id_


def event(name: str, ticket: Ticket) -> events.Event:
    """Write what happened about a ticket or its order, as its module announces it."""
    order = ticket.order_id or 0
    parcel: dict[str, Any] = {"order_id": order, "shipment_id": 1, "number": "SH-1"}
    made: dict[str, events.Event] = {
        "answered": TicketAnswered(ticket_id=ticket.id, message_id=1, channel="chat", staff_id=1, automatic=False),
        "acknowledged": TicketAnswered(ticket_id=ticket.id, message_id=1, channel="chat", staff_id=7, automatic=True),
        "heard": TicketContinued(ticket_id=ticket.id, message_id=2, channel="chat"),
        "announced": ReturnAnnounced(**parcel, of="SH-0", carrier="sf", tracking_number="SF1", pieces=1),
        "back": ShipmentDelivered(**parcel, direction="return", at=make.NOW),
        "there": ShipmentDelivered(**parcel, direction="outbound", at=make.NOW),
        "troubled": ShipmentTroubled(**parcel, direction="outbound", trouble="lost", since=make.NOW),
        "sent": ShipmentHandedOver(**parcel, carrier="sf", tracking_numbers=["SF2"], manifest="", whole=True),
        "asked": RefundRequested(
            order_id=order, request_id=1, amount_minor=1, currency="CNY", cause="after_sales",
            reason="", numbers=[], approval="awaiting",
        ),
        "agreed": RefundDecided(order_id=order, request_id=1, decision="approved", note=""),
        "declined": RefundDecided(order_id=order, request_id=1, decision="refused", note=""),
        "paid": RefundPaid(order_id=order, refund_id=1, number="R-1", entry_id=1, amount_minor=1, currency="CNY"),
        "changed": OrderChanged(order_id=order, change_id=1, change="x", reason="", set_aside=True, approved=True),
    }  # fmt: skip
    return made[name]


def walk(ticket_id: int, *deeds: Deed) -> str:
    """Do steps by hand (step, outcome) and let things happen (a name); return what came of it."""
    ticket = Ticket.objects.get(id=ticket_id)
    for minute, deed in enumerate(deeds, start=1):
        at = make.NOW + minute * MINUTE
        if isinstance(deed, str):
            flow_steps.tick_steps(DESK, happened=facts_of([event(deed, ticket)], at), now=at)
        else:
            code, outcome = deed
            step = TicketStep.objects.get(ticket=ticket, code=code)
            flow_steps.do_step(make.TESTER, step_id=step.id, outcome=outcome, now=at)
    return came(ticket_id)


def came(ticket_id: int) -> str:
    """Write the steps that are done or open, with what came of them."""
    rows = TicketStep.objects.filter(ticket_id=ticket_id).exclude(state__in=("dropped", "passed", "waiting"))
    marks = {"open": "?", "skipped": "-"}
    return " ".join(
        f"{row.code}{marks.get(row.state, '')}" + (f"={row.outcome}" if row.outcome else "")
        for row in rows.order_by("position")
    )


WALKS: list[tuple[str, Sequence[Deed], str]] = [
    ("stain", [("purchase", "foreign")], "purchase=foreign refuse?"),
    ("stain", [("purchase", "ours"), ("window", "over"), "acknowledged"], "purchase=ours window=over refuse?"),
    ("stain", [("purchase", "ours"), ("window", "over"), "answered"], "purchase=ours window=over refuse"),
    (
        "stain",
        [("purchase", "ours"), ("window", "open"), "announced", "back", ("inspect", "fair"), "paid", "answered"],
        "purchase=ours window=open label arrive inspect=fair refund tell",
    ),
    (
        "stain",
        [("purchase", "ours"), ("window", "open"), "announced", "back", ("inspect", "unfair"), "sent"],
        "purchase=ours window=open label arrive inspect=unfair send_home tell?",
    ),
    ("missing", ["troubled", "sent", "answered"], "look=lost again tell"),
    ("missing", [("look", "moving"), "there", "answered"], "look=moving wait tell"),
    ("missing", [("look", "there"), ("around", "gone"), "sent"], "look=there around=gone again tell?"),
    ("refund_status", ["paid", "answered", "heard"], "look=paid tell unhappy manager?"),
    (
        "refund_status",
        [("look", "none"), "asked", "agreed", "paid", "answered"],
        "look=none ask decide=agreed pay tell unhappy?",
    ),
    ("refund_status", [("look", "none"), "asked", "declined"], "look=none ask decide=refused tell?"),
    ("refund_status", [("look", "under_way"), "paid"], "look=under_way pay tell?"),
    ("sold_out", ["answered", ("choice", "wait"), "sent", ("close", "")], "offer choice=wait restock close"),
    ("sold_out", ["answered", "changed"], "offer choice=other close?"),
    ("sold_out", ["answered", ("choice", "cancel"), "paid"], "offer choice=cancel refund close?"),
    ("account", [("identity", "unknown"), "answered"], "identity=unknown refuse"),
    ("account", [("identity", "known"), ("second", "works"), "answered"], "identity=known second=works link works?"),
    (
        "account",
        [("identity", "known"), ("second", "lost"), ("reset", ""), "answered", "heard"],
        "identity=known second=lost reset link works",
    ),
]


@pytest.mark.parametrize(("code", "deeds", "end"), WALKS)
def test_a_procedure_goes_the_way_that_what_came_of_its_steps_says(code: str, deeds: Sequence[Deed], end: str) -> None:
    assert walk(a_ticket(code), *deeds) == end


@pytest.mark.parametrize(
    ("fulfilment", "deeds", "end"),
    [
        ("promised", [("fee", "agreed"), "changed", "answered"], "fee=agreed change tell"),
        ("promised", [("fee", "declined"), "answered"], "fee=declined tell"),
        ("shipped", ["answered"], "too_late"),
    ],
)
def test_a_step_asks_where_the_order_stands(fulfilment: str, deeds: Sequence[Deed], end: str) -> None:
    assert walk(a_ticket("faster", fulfilment=fulfilment), *deeds) == end


def test_a_step_asks_what_the_ticket_is_like_when_its_turn_comes() -> None:
    calm = a_ticket("account", urgency="urgent")

    assert walk(calm, ("identity", "known"), ("second", "works"), "answered").endswith("link safety?")


def test_a_step_with_outcomes_is_not_done_without_one_of_them() -> None:
    id_ = a_ticket("stain")

    for wrong in ("", "maybe"):
        with pytest.raises(flow_steps.OutcomeNeeded):
            walk(id_, ("purchase", wrong))
    assert came(id_) == "purchase?"


def test_what_was_not_needed_is_shown_as_such_and_counts_for_nothing() -> None:
    id_ = a_ticket("stain")
    walk(id_, ("purchase", "foreign"), "answered")
    list_ = checklists([id_])[id_]

    assert (list_.done, list_.needed, len(list_.steps)) == (2, 2, 9)
    assert {one.state for one in list_.steps} == {"done", "passed"}
    assert [one.clock for one in list_.steps if one.state == "passed"] == [None] * 7


def test_the_orders_of_a_batch_of_tickets_are_read_once() -> None:
    first = a_ticket("faster", fulfilment="shipped")
    others = [said(word("在吗", customer_id=customer(f"+861380000222{n}")))[0].ticket_id or 0 for n in range(3)]
    facts = Ticket.objects.filter(id=first).values("order_id", "urgency", "category").get()
    Ticket.objects.filter(id__in=others).update(**facts)

    with CaptureQueriesContext(connection) as begun:
        assert flow_steps.start_flows(DESK, ticket_ids=others, now=make.NOW) == 3
    heard = [flow_steps.Fact("desk.ticket_answered", make.NOW + MINUTE, {}, ticket_id=id_) for id_ in others]
    with CaptureQueriesContext(connection) as ticked:
        flow_steps.tick_steps(DESK, happened=heard, now=make.NOW + MINUTE)

    for asked in (begun, ticked):
        assert len([one for one in asked if 'FROM "orders_order"' in one["sql"]]) == 1
