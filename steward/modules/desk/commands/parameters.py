"""The desk's business numbers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from steward.kernel import parameters
from steward.modules.desk.rules.threading import Windows

REOPEN_H = parameters.define(
    "desk.reopen_h",
    168,
    unit="h",
    label=_("For how long an answer opens a closed ticket again; later it opens a new one"),
    minimum=0,
    maximum=8760,
)
SAME_MATTER_H = parameters.define(
    "desk.same_matter_h",
    24,
    unit="h",
    label=_("How soon after the last word what a customer writes by another channel belongs to their open ticket"),
    minimum=0,
    maximum=720,
)
UNDO_S = parameters.define(
    "desk.undo_s", 10, unit="s", label=_("How long an answer can be taken back after sending"), minimum=0, maximum=120
)
CLOSE_AFTER_H = parameters.define(
    "desk.close_after_h",
    72,
    unit="h",
    label=_("When a solved ticket nobody answered is closed"),
    minimum=1,
    maximum=2160,
)


def windows() -> Windows:
    """Read how long what belongs together."""
    return Windows(parameters.value(REOPEN_H), parameters.value(SAME_MATTER_H))
