"""Read and offer the conditions of lists of tickets: the filters of the inbox, and the editor of saved views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from steward.modules.desk.queries import words
from steward.modules.desk.queries.classifier import category_names
from steward.modules.desk.rules.categories import REASONS
from steward.modules.desk.rules.tickets import PRIORITIES, STATES, URGENCIES
from steward.modules.desk.rules.views import LISTS, ME, MINE, NOBODY, ORDER, SNOOZED, Conditions
from steward.modules.people import queries as people

LANGUAGES = {"zh": _("Chinese"), "en": _("English")}
OWNERS = {ME: pgettext_lazy("tickets of", "Me"), NOBODY: pgettext_lazy("tickets of", "Nobody")}
TEAMS = {MINE: _("My team")}
ORDERS = {"with": _("With an order"), "without": _("Without an order")}
PUT_OFF = {"also": _("Put off ones too"), "only": _("Only put off ones")}
DAYS = ("1", "3", "7", "14", "31", "92")
FLAGS = {"unread": _("I have not read it"), "awaiting": _("Awaits an answer"), "late": pgettext_lazy("tickets", "Late")}
SINGLE = ("order", "snoozed", "opened_days", "heard_days", "text")
LABELS: Mapping[str, Any] = {
    "states": _("State"),
    "owners": _("Owner"),
    "teams": _("Team"),
    "channels": _("Channel"),
    "categories": _("Category"),
    "sub_reasons": _("Reason"),
    "priorities": _("Priority"),
    "urgencies": _("Urgency"),
    "languages": _("Language"),
    "order": _("Order"),
    "snoozed": pgettext_lazy("tickets", "Put off"),
    "opened_days": _("Opened in the last … days"),
    "heard_days": _("Customer wrote in the last … days"),
}
# The names that the inbox had for some of them.
FORMER = {"channel": "channels", "category": "categories", "priority": "priorities"}
MOST, LONGEST = 20, 60


def read_conditions(given: QueryDict) -> Conditions:
    """Read conditions from an address or a form; what nobody offers is left out, tags may be parted by commas."""
    found: dict[str, Any] = {}
    for name in LISTS:
        former = next((old for old, new in FORMER.items() if new == name), name)
        values = [value.strip()[:LONGEST] for value in (*given.getlist(name), *given.getlist(former)) if value.strip()]
        found[name] = tuple(dict.fromkeys(_parted(values) if name == "tags" else _offered(name, values)))[:MOST]
    for name in ("opened_days", "heard_days"):
        days = str(given.get(name, ""))
        found[name] = int(days) if days in DAYS else None
    for name in FLAGS:
        found[name] = given.get(name) == "1"
    found["order"] = given["order"] if given.get("order") in ORDER else ""
    found["snoozed"] = given["snoozed"] if given.get("snoozed") in SNOOZED else ""
    found["text"] = " ".join(given.get("text", "").split())[:100]
    return Conditions(**found)


def _parted(values: Iterable[str]) -> list[str]:
    return [tag.strip() for value in values for tag in value.replace("，", ",").split(",") if tag.strip()]


def _offered(name: str, values: Iterable[str]) -> list[str]:
    match name:
        case "owners":
            return [value for value in values if value in OWNERS or _is_id(value)]
        case "teams" | "sub_reasons":
            return list(values)
    known = {
        "states": STATES,
        "channels": words.CHANNELS,
        "categories": words.CATEGORIES,
        "priorities": PRIORITIES,
        "urgencies": URGENCIES,
        "languages": LANGUAGES,
    }[name]
    return [value for value in values if value in known]


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 19


def written(conditions: Conditions) -> list[tuple[str, str]]:
    """Write conditions as the parts of an address."""
    parts = [(name, value) for name in LISTS if name != "tags" for value in getattr(conditions, name)]
    parts += [("tags", ",".join(conditions.tags))] if conditions.tags else []
    parts += [(name, "1") for name in FLAGS if getattr(conditions, name)]
    return parts + [(name, str(getattr(conditions, name))) for name in SINGLE if getattr(conditions, name)]


def choices(conditions: Conditions, *, whole: bool) -> list[dict[str, Any]]:
    """Offer what conditions can hold, with what is chosen: several of each and states too, or one of each."""
    colleagues = people.staff_contact(people.staff_with_permission("tickets.work"))
    named = sorted((one.name, str(one.staff_id)) for one in colleagues.values())
    reasons = category_names(get_language() or "en")
    offered: dict[str, list[tuple[str, Any]]] = {
        "states": [(code, words.STATES[code]) for code in STATES] if whole else [],
        "owners": [*OWNERS.items(), *((id_, name) for name, id_ in named)],
        "teams": [*TEAMS.items(), *((team.code, team.name) for team in people.teams())],
        "channels": list(words.CHANNELS.items()),
        "categories": list(words.CATEGORIES.items()),
        "sub_reasons": list({key.partition(".")[2]: reasons[key] for key in REASONS}.items()),
        "priorities": list(words.PRIORITIES.items()),
        "urgencies": list(words.URGENCIES.items()),
        "languages": list(LANGUAGES.items()),
    }
    many = [
        {"name": name, "label": LABELS[name], "choices": options, "chosen": getattr(conditions, name), "many": whole}
        for name, options in offered.items()
        if options
    ]
    days = [(one, one) for one in DAYS]
    single = {"order": list(ORDERS.items()), "snoozed": list(PUT_OFF.items()), "opened_days": days, "heard_days": days}
    return many + [
        {
            "name": name,
            "label": LABELS[name],
            "choices": options,
            "chosen": (str(getattr(conditions, name) or ""),),
            "many": False,
        }
        for name, options in single.items()
    ]


def flags(conditions: Conditions) -> list[tuple[str, Any, bool]]:
    """Offer the conditions that hold or do not."""
    return [(name, label, getattr(conditions, name)) for name, label in FLAGS.items()]
