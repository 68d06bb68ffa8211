"""Template tags of the service desk: icons and names of channels and verbs."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.modules.desk.queries import flow_words, words
from steward.modules.desk.queries.inbox import TicketRow

register = template.Library()

CHANNEL_ICONS = {
    "email": "mail",
    "sms": "message",
    "chat": "messages",
    "wechat": "brand-wechat",
    "app": "device-mobile",
    "web_form": "forms",
    "social": "hash",
    "counter": "building-store",
    "phone": "phone",
}
VERB_ICONS = {
    "open": "player-play",
    "wait_for_customer": "hourglass",
    "wait_for_third": "hourglass-high",
    "solve": "circle-check",
}
# What a button says: what will be, not what was.
DO = {
    "open": gettext_lazy("Go on"),
    "wait_for_customer": gettext_lazy("Wait for the customer"),
    "wait_for_third": gettext_lazy("Wait for others"),
    "solve": gettext_lazy("Solve"),
}


STEP_ICONS = {
    "waiting": "circle-dashed",
    "open": "circle-dot",
    "done": "circle-check",
    "skipped": "circle-minus",
    "passed": "circle-dotted",
}


@register.filter
def step_icon(state: str) -> str:
    """Name the icon of a step's state."""
    return STEP_ICONS.get(state, "circle")


@register.filter
def step_state(state: str) -> str:
    """Say how far a step is."""
    return words.word(flow_words.STEP_STATES, state)


@register.filter
def channel_icon(channel: str) -> str:
    """Name the icon of a channel."""
    return CHANNEL_ICONS.get(channel, "message-circle")


@register.filter
def channel_name(channel: str) -> str:
    """Name a channel."""
    return words.word(words.CHANNELS, channel)


@register.filter
def author_name(author: str) -> str:
    """Name who said something."""
    return words.word(words.AUTHORS, author)


@register.filter
def bounded(count: int | None) -> str:
    """Write a count that stops at a hundred; a dash where nothing is counted."""
    if count is None:
        return "–"
    return "99+" if count > 99 else str(count)


@register.filter
def extras(row: TicketRow, columns: Sequence[str]) -> list[str]:
    """Write what a saved view shows of a ticket besides what every list does; what is empty is left out."""
    known = {
        "category": words.word(words.CATEGORIES, row.category),
        "team": row.team,
        "tags": "、".join(row.tags),
        "language": {"zh": _("Chinese"), "en": _("English")}.get(row.language, row.language),
        "order": _("With an order") if row.order_id else "",
        "opened": date_format(localtime(row.opened_at), "SHORT_DATETIME_FORMAT"),
        "number": row.number,
    }
    return [str(known[column]) for column in columns if known.get(column)]


@register.filter
def verb_icon(verb: str) -> str:
    """Name the icon of what can be done with a ticket."""
    return VERB_ICONS.get(verb, "arrow-right")


@register.filter
def verb_name(verb: str) -> str:
    """Name what a button does."""
    return str(DO.get(verb, verb))


@register.filter
def verb_done(verb: str) -> str:
    """Name what was done."""
    return words.word(words.VERBS, verb)
