"""Words for the live wall and the report of what looks better than it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TILES: Mapping[str, Any] = {
    "unassigned": pgettext_lazy("wall", "Nobody has it"),
    "late": pgettext_lazy("wall", "Late"),
    "at_risk": pgettext_lazy("wall", "Due within the hour"),
    "awaiting": pgettext_lazy("wall", "Awaiting our answer"),
    "urgent": pgettext_lazy("wall", "Urgent"),
    "waiting": pgettext_lazy("wall", "Waiting for others"),
    "active": pgettext_lazy("wall", "All active"),
}
TONES: Mapping[str, str] = {"unassigned": "red", "late": "red", "at_risk": "amber", "urgent": "amber"}
PRESENCE: Mapping[str, Any] = {
    "online": pgettext_lazy("presence", "online"),
    "break": pgettext_lazy("presence", "on a break"),
    "meeting": pgettext_lazy("presence", "in a meeting"),
    "away": pgettext_lazy("presence", "away"),
    "offline": pgettext_lazy("presence", "offline"),
}
GAMING: Mapping[str, Any] = {
    "paused_unanswered": _("Clock paused though the customer had answered"),
    "solved_wordless": _("Solved without a word to the customer"),
    "solved_reopened": _("Solved and soon opened again"),
    "closed_unanswered": _("Closed and never answered"),
}
GAMING_HELP: Mapping[str, Any] = {
    "paused_unanswered": _("It was set to wait for the customer while their last word had no answer."),
    "solved_wordless": _("The state says solved; after the customer's last word nobody said anything."),
    "solved_reopened": _("The solution was counted, and it was none."),
    "closed_unanswered": _("No person ever answered before the ticket ended."),
}
