"""What services and states of appointments are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

SERVICES: Mapping[str, Any] = {
    "repair": pgettext_lazy("service", "Repair"),
    "return": pgettext_lazy("service", "Return"),
    "exchange": pgettext_lazy("service", "Exchange"),
    "installation": pgettext_lazy("service", "Installation"),
    "pickup": pgettext_lazy("service", "Collection"),
    "advice": pgettext_lazy("service", "Advice"),
}
ICONS: Mapping[str, str] = {
    "repair": "tool",
    "return": "package-import",
    "exchange": "arrows-exchange",
    "installation": "hammer",
    "pickup": "package-export",
    "advice": "message-question",
}
STATES: Mapping[str, Any] = {
    "booked": pgettext_lazy("appointment", "Booked"),
    "arrived": pgettext_lazy("appointment", "Arrived"),
    "done": pgettext_lazy("appointment", "Done"),
    "missed": pgettext_lazy("appointment", "Did not come"),
    "cancelled": pgettext_lazy("appointment", "Called off"),
}
TONES: Mapping[str, str] = {
    "booked": "blue",
    "arrived": "amber",
    "done": "green",
    "missed": "red",
    "cancelled": "grey",
}
