"""Which link a message carries, and where its reader changes what they hear."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from steward.modules.messaging.models import Message
from steward.modules.messaging.queries.links import portal_link, usual_end
from steward.modules.messaging.rules.catalogue import KINDS
from steward.modules.messaging.rules.signed_links import PATH

NOTICE_PATH = "/messages/notices/"
PREFERENCES = "preferences"
STOP = "stop"
STOP_PATH = f"{PATH}stop/"


def link_of(message: Message, *, now: datetime) -> str:
    """Make the link of a message: the one that was asked for, else the one its kind makes of the subject."""
    if message.staff_id is not None:
        return f"{settings.PUBLIC_URL}{NOTICE_PATH}{message.subject_id}"
    if message.link_purpose:
        ends = message.link_expires_at or usual_end(now)
        return portal_link(message.link_purpose, message.link_subject_id or 0, expires_at=ends, now=now)
    kind = KINDS.get(message.template)
    purpose = kind.link_purpose if kind else ""
    return portal_link(purpose, message.subject_id, expires_at=usual_end(now), now=now) if purpose else ""


def preferences_url(message: Message, *, now: datetime) -> str:
    """Make the link under which a customer chooses what they hear; staff choose in their account."""
    if message.customer_id is None:
        return ""
    return portal_link(PREFERENCES, message.customer_id, expires_at=usual_end(now), now=now)


def stop_url(message: Message, *, now: datetime) -> str:
    """Make the link that stops this kind of message with one click, where it may be stopped at all."""
    if message.customer_id is None or KINDS[message.template].mandatory:
        return ""
    purpose = f"{STOP}.{message.template}"
    return portal_link(purpose, message.customer_id, expires_at=usual_end(now), now=now, path=STOP_PATH)
