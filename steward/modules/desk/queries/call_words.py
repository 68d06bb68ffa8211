"""Words for calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

STATES: Mapping[str, Any] = {
    "ringing": _("Ringing"),
    "answered": _("On the line"),
    "held": _("On hold"),
    "ended": _("Call ended"),
    "missed": _("Missed"),
}
