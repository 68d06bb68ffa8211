"""Saved views: which tickets, as data over a closed list of fields; what makes one, and what it must not ask for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, ValidationError, convert, structs

from steward.modules.desk.rules import tickets
from steward.modules.desk.rules.search_words import LONGEST_QUERY, wanted

SORTS = ("due", "heard", "opened")
COLUMNS = ("category", "team", "tags", "language", "order", "opened", "number")
SHARED = ("", "team", "all")
SNOOZED = ("", "also", "only")
ORDER = ("", "with", "without")
ME, NOBODY, MINE = "me", "nobody", "mine"
LONGEST_NAME, MOST_VALUES, LONGEST_VALUE = 60, 20, 60
# Ended tickets are many: a view of them says since when, and reads no more than these days of them.
MOST_DAYS, MOST_ENDED_DAYS = 730, 92
ENDED = tuple(state for state in tickets.STATES if state not in tickets.ACTIVE)


class Conditions(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which tickets. Of a list one must hold, all of the fields together; what is empty narrows nothing.

    `states` empty: active ones. `owners`: ids, me or nobody. `teams`: codes or mine. `tags`: all of them.
    `late`: a limit has passed. Units: days.
    """

    states: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sub_reasons: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    order: str = ""
    snoozed: str = ""
    unread: bool = False
    awaiting: bool = False
    late: bool = False
    opened_days: int | None = None
    heard_days: int | None = None
    text: str = ""

    @property
    def ends(self) -> bool:
        """Tell whether ended tickets are among them."""
        return any(state in ENDED for state in self.states)

    @property
    def depends_on_reader(self) -> bool:
        """Tell whether two people see different tickets."""
        return self.unread or ME in self.owners or MINE in self.teams


CHOICES: Mapping[str, Collection[str]] = {
    "states": tickets.STATES,
    "priorities": tickets.PRIORITIES,
    "urgencies": tickets.URGENCIES,
}
LISTS = ("states", "owners", "teams", "channels", "categories", "sub_reasons", "priorities", "urgencies", "languages",
         "tags")  # fmt: skip


def conditions_of(data: Any) -> Conditions | None:
    """Read conditions from data; nothing when they are none."""
    try:
        return convert(data, Conditions, strict=True)
    except ValidationError:
        return None


def faults(
    name: str, conditions: Conditions, sort: str, columns: Collection[str], known: Mapping[str, Collection[str]]
) -> list[tuple[str, str]]:
    """List what is wrong with a view as field and code; `known` are the codes that channels and the like may have."""
    found = [("name", "needed")] if not name.strip() else []
    found += [("name", "too_long")] if len(name) > LONGEST_NAME else []
    found += [("sort", "unknown")] if sort not in SORTS else []
    found += [("columns", "unknown") for column in columns if column not in COLUMNS]
    for field in LISTS:
        found += _list_faults(field, getattr(conditions, field), {**CHOICES, **known}.get(field))
    found += [("order", "unknown")] if conditions.order not in ORDER else []
    found += [("snoozed", "unknown")] if conditions.snoozed not in SNOOZED else []
    for field in ("opened_days", "heard_days"):
        days = getattr(conditions, field)
        found += [(field, "out_of_range")] if days is not None and not 1 <= days <= MOST_DAYS else []
    if conditions.text and (len(conditions.text) > LONGEST_QUERY or not wanted(conditions.text).expression):
        found.append(("text", "nothing_to_search"))
    return found + (_ended_faults(conditions, sort) if conditions.ends else [])


def _list_faults(field: str, values: tuple[str, ...], choices: Collection[str] | None) -> list[tuple[str, str]]:
    found = [(field, "too_many")] if len(values) > MOST_VALUES else []
    if any(not value or len(value) > LONGEST_VALUE or "\0" in value for value in values):
        found.append((field, "unfit"))
    elif field == "owners":
        found += [(field, "unknown") for value in values if value not in (ME, NOBODY) and not _is_id(value)]
    elif choices is not None:
        allowed = (*choices, MINE) if field == "teams" else choices
        found += [(field, "unknown") for value in values if value not in allowed]
    return found


def _ended_faults(conditions: Conditions, sort: str) -> list[tuple[str, str]]:
    found = [] if _says_since(conditions) else [("heard_days", "needs_since")]
    return found + ([("sort", "ended_have_no_due")] if sort == "due" else [])


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and 0 < len(value) < 19


def recent(conditions: Conditions) -> Conditions:
    """Bound how far back ended tickets are read: whoever does not say since when sees those of the last days alone."""
    if _says_since(conditions):
        return conditions
    return structs.replace(conditions, heard_days=MOST_ENDED_DAYS)


def _says_since(conditions: Conditions) -> bool:
    days = [one for one in (conditions.opened_days, conditions.heard_days) if one is not None]
    return bool(days) and min(days) <= MOST_ENDED_DAYS


def of_queue(queue: str) -> Conditions:
    """Write a queue of the inbox as conditions, to save it with filters. Closed ones are those of the last month."""
    month = 31
    known = {
        "mine": Conditions(owners=(ME,)),
        "unassigned": Conditions(owners=(NOBODY,)),
        "team": Conditions(teams=(MINE,)),
        "waiting": Conditions(states=tickets.WAITING),
        "snoozed": Conditions(snoozed="only"),
        "solved": Conditions(states=("solved",), heard_days=month),
        "closed": Conditions(states=("closed",), heard_days=month),
    }
    return known.get(queue, Conditions())


def narrowed(conditions: Conditions, more: Conditions) -> Conditions:
    """Put what is set in `more` over conditions."""
    return structs.replace(
        conditions,
        **{name: value for name, value in structs.asdict(more).items() if value not in ((), "", False, None)},
    )
