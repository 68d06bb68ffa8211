"""Rows of the service desk."""

from steward.modules.desk.models.conversations import Conversation, Message
from steward.modules.desk.models.tickets import Link, Merge, Ticket, Watcher

__all__ = ["Conversation", "Link", "Merge", "Message", "Ticket", "Watcher"]
