"""Words for routing: why somebody gets a ticket or does not, facts, axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from steward.modules.desk.queries import words
from steward.modules.people.queries import words as spoken

# Names of the skills that the first rules ask for, until the house has these skills under names of its own.
SKILLS: Mapping[str, Any] = {
    "complaints": pgettext_lazy("skill", "Complaints"),
    "refunds": pgettext_lazy("skill", "Refunds"),
    "english": pgettext_lazy("skill", "English language"),
    "german": pgettext_lazy("skill", "German"),
}
WHY: Mapping[str, Any] = {
    "key_agent": _("looks after this customer"),
    "knows_customer": _("worked for this customer before"),
    "only_one": _("the only one who can take it now"),
    "most_room": _("fits best and has most room"),
}
UNFIT: Mapping[str, Any] = {
    "on_leave": _("on leave"),
    "off_shift": _("off shift"),
    "not_present": _("not at the console"),
    "no_capacity": _("takes no tickets"),
    "gave_back": _("gave it back"),
    "other_team": _("in another team"),
    "lacks_skill": _("lacks a skill"),
    "no_room": _("no room"),
}
HOW: Mapping[str, Any] = {
    "routed": _("Assigned"),
    "queued": _("Nobody can take it"),
    "returned": _("Given back"),
}
FACTS: Mapping[str, Any] = {
    **words.FACTS,
    "channel": pgettext_lazy("ticket fact", "channel"),
    "language": pgettext_lazy("ticket fact", "language"),
    "has_order": pgettext_lazy("ticket fact", "about an order"),
    "reopened": pgettext_lazy("ticket fact", "opened again"),
    "key_customer": pgettext_lazy("ticket fact", "key customer"),
}
YES_NO: Mapping[str, Any] = {"true": pgettext_lazy("fact", "yes"), "false": pgettext_lazy("fact", "no")}
# What a fact can be, where it is one of a list.
VALUES: Mapping[str, Mapping[str, Any]] = {
    "category": words.CATEGORIES,
    "channel": words.CHANNELS,
    "language": spoken.LANGUAGES,
    "priority": words.PRIORITIES,
    "urgency": words.URGENCIES,
    "special": YES_NO,
    "has_order": YES_NO,
    "reopened": YES_NO,
    "key_customer": YES_NO,
}
AXES: Mapping[str, tuple[Any, Mapping[str, Any]]] = {
    "channel": (_("Channel"), words.CHANNELS),
    "priority": (_("Priority"), words.PRIORITIES),
    "state": (_("State"), {code: words.STATES[code] for code in ("new", "open", "waiting_customer", "waiting_third")}),
}


def value_word(fact: str, value: Any) -> str:
    """Name a value of a fact; an unknown one stands for itself."""
    code = str(value).lower() if isinstance(value, bool) else str(value)
    return words.word(VALUES.get(fact, {}), code)
