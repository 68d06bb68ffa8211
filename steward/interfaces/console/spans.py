"""Spans of time in words: how long is left, how late, how long ago. The scripts count on with the same words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

SOON_SHARE = 0.25
SOON_S = 10 * 60
MINUTE, HOUR, DAY = 60, 3_600, 86_400
WEEK = timedelta(days=7)

LOOKS: dict[str, tuple[str, str]] = {
    "running": ("blue", "clock"),
    "soon": ("amber", "clock-exclamation"),
    "late": ("red", "alert-triangle"),
    "paused": ("grey", "player-pause"),
    "met": ("green", "check"),
    "breached": ("red", "clock-x"),
    "cancelled": ("grey", "minus"),
}


def span(seconds: float) -> str:
    """Write a span in its largest unit: 42 min, 5 h, 3 d."""
    seconds = abs(seconds)
    if seconds < HOUR:
        return _("{n} min").format(n=int(seconds // MINUTE))
    if seconds < 2 * DAY:
        return _("{n} h").format(n=int(seconds // HOUR))
    return _("{n} d").format(n=int(seconds // DAY))


def ago(at: datetime, now: datetime) -> str:
    """Write how long ago something was; after a week its day."""
    passed = (now - at).total_seconds()
    if 0 <= passed < MINUTE:
        return _("just now")
    if 0 <= passed < WEEK.total_seconds():
        return _("{t} ago").format(t=span(passed))
    if -WEEK.total_seconds() < passed < 0:
        return _("in {t}").format(t=span(passed))
    local = timezone.localtime(at)
    return local.strftime("%Y-%m-%d" if local.year != timezone.localtime(now).year else "%m-%d %H:%M")


def look(due_at: datetime | None, outcome: str, target_s: int, now: datetime) -> str:
    """Tell how a clock looks from its bare parts."""
    if outcome != "running":
        return outcome if outcome in LOOKS else "cancelled"
    if due_at is None:
        return "paused"
    left = (due_at - now).total_seconds()
    if left < 0:
        return "late"
    return "soon" if left <= (target_s * SOON_SHARE if target_s else SOON_S) else "running"


def chip(name: str, due_at: datetime | None, stopped_at: datetime | None, now: datetime) -> dict[str, Any]:
    """Give a clock chip its colour, icon and words."""
    tone, icon = LOOKS[name]
    live = name in {"running", "soon", "late"} and due_at is not None
    return {
        "look": name,
        "tone": tone,
        "icon": icon,
        "text": _words(name, due_at, stopped_at or now),
        "live": live,
        "due_at": due_at,
    }


def _words(name: str, due_at: datetime | None, at: datetime) -> str:
    if name == "paused":
        return _("waiting")
    if name == "met":
        return _("in time")
    if name == "cancelled":
        return _("stopped")
    distance = span((due_at - at).total_seconds()) if due_at else ""
    if name in {"late", "breached"}:
        return _("{t} late").format(t=distance)
    return _("{t} left").format(t=distance)
