"""Words for quality review: states, origins, risks, tones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import pgettext_lazy

STATES: Mapping[str, Any] = {
    "open": pgettext_lazy("review", "To review"),
    "submitted": pgettext_lazy("review", "Reviewed"),
    "agreed": pgettext_lazy("review", "Agreed"),
    "appealed": pgettext_lazy("review", "Appealed"),
    "decided": pgettext_lazy("review", "Decided"),
    "dropped": pgettext_lazy("review", "Left out"),
}
ORIGINS: Mapping[str, Any] = {
    "sample": pgettext_lazy("review", "Sample"),
    "by_hand": pgettext_lazy("review", "By hand"),
    "calibration": pgettext_lazy("review", "Second look"),
}
WHY: Mapping[str, Any] = {
    "displeased": pgettext_lazy("review", "Displeased customer"),
    "late": pgettext_lazy("review", "Missed a limit"),
    "complaint": pgettext_lazy("review", "Complaint"),
    "reopened": pgettext_lazy("review", "Opened again"),
    "long": pgettext_lazy("review", "Long conversation"),
    "random": pgettext_lazy("review", "By chance"),
}
TONES: Mapping[str, Any] = {
    "good": pgettext_lazy("review", "Well said"),
    "bad": pgettext_lazy("review", "Better otherwise"),
    "remark": pgettext_lazy("review", "Remark"),
}
MODES: Mapping[str, Any] = {
    "count": pgettext_lazy("review", "conversations of each"),
    "share": pgettext_lazy("review", "percent of each one's"),
}
QUEUES: Mapping[str, Any] = {
    "mine": pgettext_lazy("review queue", "For me"),
    "free": pgettext_lazy("review queue", "Nobody's"),
    "open": pgettext_lazy("review queue", "All open"),
    "appealed": pgettext_lazy("review queue", "Appeals"),
    "done": pgettext_lazy("review queue", "Results"),
}
