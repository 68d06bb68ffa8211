"""Rows of the service desk."""

from steward.modules.desk.models.composing import Draft, Macro, Viewing
from steward.modules.desk.models.conversations import Conversation, Message
from steward.modules.desk.models.flows import Flow, TicketStep
from steward.modules.desk.models.tickets import Link, Merge, Ticket, Watcher

__all__ = [
    "Conversation",
    "Draft",
    "Flow",
    "Link",
    "Macro",
    "Merge",
    "Message",
    "Ticket",
    "TicketStep",
    "Viewing",
    "Watcher",
]
