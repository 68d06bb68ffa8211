"""What states of stocktakes and their sheets are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

STATES: Mapping[str, Any] = {
    "counting": pgettext_lazy("stocktake", "Being counted"),
    "comparing": pgettext_lazy("stocktake", "To compare"),
    "awaiting_approval": pgettext_lazy("stocktake", "Waits for approval"),
    "approved": pgettext_lazy("stocktake", "Being booked"),
    "done": pgettext_lazy("stocktake", "Done"),
    "cancelled": pgettext_lazy("stocktake", "Called off"),
}
SHEET_STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("sheet of a stocktake", "Not begun"),
    "counting": pgettext_lazy("sheet of a stocktake", "Being counted"),
    "handed_in": pgettext_lazy("sheet of a stocktake", "Handed in"),
    "cancelled": pgettext_lazy("sheet of a stocktake", "Called off"),
}
