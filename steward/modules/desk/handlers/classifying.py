"""The model reads what customers write, after it was taken in: taking in never waits for it."""

from __future__ import annotations

from collections.abc import Sequence

from steward.kernel import moment
from steward.kernel.actor import system
from steward.modules.desk.commands.classifying import classify_tickets
from steward.modules.desk.events import TicketOpened

MODEL = system("desk.classifier")


def on_ticket_opened_classify(events: Sequence[TicketOpened]) -> None:
    """Say what new tickets are about. A ticket that is judged twice has one verdict."""
    classify_tickets(MODEL, ticket_ids=[event.ticket_id for event in events], now=moment.now())
