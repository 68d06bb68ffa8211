"""Queue, send and settle messages; tell staff; keep texts, preferences and webhooks."""

from steward.modules.messaging.commands.links import revoke_links
from steward.modules.messaging.commands.notifying import mark_read, notify_staff
from steward.modules.messaging.commands.queueing import UnfitMessage, send_messages
from steward.modules.messaging.rules.outgoing import LinkWish, Notice, Outgoing

__all__ = [
    "LinkWish",
    "Notice",
    "Outgoing",
    "UnfitMessage",
    "mark_read",
    "notify_staff",
    "revoke_links",
    "send_messages",
]
