"""The form of what a customer hears from us: read alike where an agent and where the customer fills it in."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from steward.modules.messaging.commands.preferences import stoppable
from steward.modules.messaging.queries import words
from steward.modules.messaging.queries.readers import preference
from steward.modules.messaging.rules import catalogue


def chosen(form: QueryDict) -> dict[str, Any]:
    """Read the form: a tick means “tell me”, so what is not ticked is stopped."""
    wanted = set(form.getlist("wanted"))
    channel = form.get("channel", "")
    return {
        "locale": form.get("locale", ""),
        "time_zone": form.get("time_zone", "").strip(),
        "channels": [channel, *(one for one in catalogue.CUSTOMER_CHANNELS if one != channel)] if channel else [],
        "opted_out": [code for code in stoppable() if code not in wanted],
        "quiet_start_min": minute_of(form.get("quiet_from", "")),
        "quiet_end_min": minute_of(form.get("quiet_to", "")),
    }


def shown(customer_id: int) -> dict[str, Any]:
    """Give the form what it shows."""
    view = preference(customer_id)
    first = view.channels[0] if view.channels else ""
    return {
        "chosen": view,
        "stoppable": [(code, words.kind(code), code not in view.opted_out) for code in stoppable()],
        "channels": [(code, words.CHANNELS[code], first == code) for code in catalogue.CUSTOMER_CHANNELS],
        "preference_locales": [(code, label, view.locale == code) for code, label in words.LOCALES.items()],
        "quiet_from": time_of(view.quiet_start_min),
        "quiet_to": time_of(view.quiet_end_min),
    }


def time_of(minute: int | None) -> str:
    """Write a minute of the day as a time field wants it."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(text: str) -> int | None:
    """Read a time field; None where it is empty or no time."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes[:2].isdecimal()):
        return None
    found = int(hours) * 60 + int(minutes[:2])
    return found if found < 24 * 60 else None
