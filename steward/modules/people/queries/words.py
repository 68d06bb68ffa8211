"""The words of teams, rosters and leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEAVE_KINDS: Mapping[str, Any] = {
    "annual": _("Annual leave"),
    "sick": _("Sick leave"),
    "personal": _("Personal leave"),
    "training": _("Training"),
    "parental": _("Parental leave"),
    "other": pgettext_lazy("leave", "Other"),
}
LEAVE_STATES: Mapping[str, Any] = {
    "requested": pgettext_lazy("leave", "Waiting for a decision"),
    "approved": pgettext_lazy("leave", "Approved"),
    "refused": pgettext_lazy("leave", "Refused"),
    "withdrawn": pgettext_lazy("leave", "Withdrawn"),
}
SWAP_STATES: Mapping[str, Any] = {
    "asked": pgettext_lazy("swap", "Waiting for the colleague"),
    "consented": pgettext_lazy("swap", "Waiting for the manager"),
    "declined": pgettext_lazy("swap", "Declined"),
    "withdrawn": pgettext_lazy("swap", "Withdrawn"),
    "approved": pgettext_lazy("swap", "Approved"),
    "refused": pgettext_lazy("swap", "Refused"),
}
PRESENCE: Mapping[str, Any] = {
    "online": pgettext_lazy("presence", "Online"),
    "break": pgettext_lazy("presence", "On a break"),
    "meeting": pgettext_lazy("presence", "In a meeting"),
    "away": pgettext_lazy("presence", "Away"),
    "offline": pgettext_lazy("presence", "Offline"),
}
OUTCOMES: Mapping[str, Any] = {
    "exists": _("there already"),
    "overlaps": _("on duty at that time already"),
    "on_leave": _("on leave"),
    "unknown_person": _("does not work here"),
    "unknown_shift": _("no such shift"),
}
LANGUAGES: Mapping[str, Any] = {
    "zh": pgettext_lazy("spoken", "Chinese"),
    "en": pgettext_lazy("spoken", "English"),
    "de": pgettext_lazy("spoken", "German"),
    "ja": pgettext_lazy("spoken", "Japanese"),
    "fr": pgettext_lazy("spoken", "French"),
    "es": pgettext_lazy("spoken", "Spanish"),
}
SKILL_LEVELS: Mapping[int, Any] = {
    1: pgettext_lazy("skill", "learning"),
    2: pgettext_lazy("skill", "works alone"),
    3: pgettext_lazy("skill", "experienced"),
    4: pgettext_lazy("skill", "expert"),
    5: pgettext_lazy("skill", "teaches others"),
}
WEEKDAYS: tuple[Any, ...] = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)
COUNTRIES: Mapping[str, Any] = {
    "CN": pgettext_lazy("country", "China"),
    "HK": pgettext_lazy("country", "Hong Kong"),
    "TW": pgettext_lazy("country", "Taiwan"),
    "DE": pgettext_lazy("country", "Germany"),
    "US": pgettext_lazy("country", "United States"),
    "GB": pgettext_lazy("country", "United Kingdom"),
    "FR": pgettext_lazy("country", "France"),
    "ES": pgettext_lazy("country", "Spain"),
    "IT": pgettext_lazy("country", "Italy"),
    "NL": pgettext_lazy("country", "Netherlands"),
    "PL": pgettext_lazy("country", "Poland"),
    "JP": pgettext_lazy("country", "Japan"),
    "KR": pgettext_lazy("country", "South Korea"),
    "SG": pgettext_lazy("country", "Singapore"),
    "AU": pgettext_lazy("country", "Australia"),
}
TIERS: Mapping[str, Any] = {
    "primary": pgettext_lazy("on call", "First"),
    "secondary": pgettext_lazy("on call", "Second"),
}
