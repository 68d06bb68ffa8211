"""Template tags of the console: money, times, states, clocks."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from steward.interfaces.console import spans, states
from steward.kernel import moment, money

register = template.Library()

_BABEL = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW", "en": "en"}


@lru_cache(maxsize=4096)
def _formatted(minor: int, currency: str, locale: str) -> str:
    # “CN¥” is what the Taiwanese and English locales write; people here know the yuan as ¥.
    return money.formatted(minor, currency, locale).replace("CN¥", "¥").replace("JP¥", "JP¥ ")


@register.filter(name="money")
def money_text(minor: int | None, currency: str = "CNY") -> str:
    """Write an amount of minor units as people do."""
    if minor is None or minor == "":
        return "—"
    return _formatted(int(minor), str(currency), _BABEL.get(get_language() or "", "en"))


@register.filter
def exact(at: datetime | None) -> str:
    """Write an instant exactly, in the person's time zone."""
    return "" if at is None else timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")


@register.filter
def ago(at: datetime | None) -> str:
    """Write an instant as people say it: 5 min ago, yesterday, 3 May."""
    return "" if at is None else spans.ago(at, moment.now())


@register.simple_tag
def state_look(state: str, tone: str = "") -> dict[str, Any]:
    """Give colour and name of a state."""
    found, label = states.look(str(state)) if state else ("grey", "")
    return {"tone": tone or found, "label": label}


@register.simple_tag
def clock_look(clock: Any = None, due_at: Any = None, outcome: Any = "running", target_s: Any = None) -> dict[str, Any]:
    """Give icon, colour and words of a clock chip, from a ClockView or from its parts."""
    now = moment.now()
    if clock:
        return spans.chip(clock.look(now), clock.due_at, clock.stopped_at, now) | {"target_s": clock.target_s}
    due = due_at if isinstance(due_at, datetime) else None
    look = spans.look(due, str(outcome or "running"), int(target_s or 0), now)
    return spans.chip(look, due, None, now) | {"target_s": int(target_s or 0)}


@register.filter
def has(container: Any, item: Any) -> bool:
    """Tell whether a collection holds something."""
    return item in container
