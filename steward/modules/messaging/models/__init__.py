"""Rows of messaging: messages out with all that carries them, and what came in."""

from steward.modules.messaging.models.accounts import ChannelAccount, ChannelCall, ChannelToken
from steward.modules.messaging.models.chats import ChatLine, ChatVisit
from steward.modules.messaging.models.inbound import Attachment, Inbound, ParkedInbound
from steward.modules.messaging.models.mailboxes import Mailbox
from steward.modules.messaging.models.outgoing import (
    DELIVERY_STATES,
    ApprovedText,
    Delivery,
    EarlyReport,
    Endpoint,
    LinkRevocation,
    Message,
    MessageKind,
    Notice,
    Preference,
    Template,
)
from steward.modules.messaging.models.spoken import Spoken

__all__ = [
    "DELIVERY_STATES",
    "ApprovedText",
    "Attachment",
    "ChannelAccount",
    "ChannelCall",
    "ChannelToken",
    "ChatLine",
    "ChatVisit",
    "Delivery",
    "EarlyReport",
    "Endpoint",
    "Inbound",
    "LinkRevocation",
    "Mailbox",
    "Message",
    "MessageKind",
    "Notice",
    "ParkedInbound",
    "Preference",
    "Spoken",
    "Template",
]
