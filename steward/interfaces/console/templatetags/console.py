"""Template tags of the console: money, times, states, clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms.boundfield import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from steward.interfaces.console import numbers, spans, states
from steward.kernel import moment, money
from steward.modules.deadlines.queries.words import pause_words
from steward.modules.orders.rules.shipped_mappings import SHIPPED

register = template.Library()

# The first mark that occurs decides: Edge also calls itself Chrome, and Chrome calls itself Safari.
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
LONGEST_LINE = 90
MAIN_POOL = "main"
SHIPPED_NAMES = frozenset(name for name, _rules in SHIPPED.values())
_BABEL = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW", "en": "en"}


@lru_cache(maxsize=4096)
def _formatted(minor: int, currency: str, locale: str) -> str:
    # “CN¥” is what the Taiwanese and English locales write; people here know the yuan as ¥.
    return money.formatted(minor, currency, locale).replace("CN¥", "¥").replace("JP¥", "JP¥ ")


@register.filter(name="money")
def money_text(minor: int | str | None, currency: str = "CNY") -> str:
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


TONES = {
    "green": gettext_lazy("green"),
    "blue": gettext_lazy("blue"),
    "amber": gettext_lazy("amber"),
    "grey": gettext_lazy("grey"),
    "red": gettext_lazy("red"),
}


@register.filter
def tone_name(tone: str) -> str:
    """Name a colour of the console."""
    return str(TONES.get(tone, tone))


@register.simple_tag
def state_look(state: str, tone: str = "", axis: str = "") -> dict[str, Any]:
    """Give colour and name of a state."""
    found, label = states.look(str(state), axis) if state else ("grey", "")
    return {"tone": tone or found, "label": label}


@register.simple_tag
def clock_look(clock: Any = None, due_at: Any = None, outcome: Any = "running", target_s: Any = None) -> dict[str, Any]:
    """Give icon, colour and words of a clock chip, from a ClockView or from its parts."""
    now = moment.now()
    if clock:
        look = spans.chip(clock.look(now), clock.due_at, clock.stopped_at, now) | {"target_s": clock.target_s}
        return look | {"note": pause_words(clock.paused_reason), "escalated": clock.steps(now)[1]}
    due = due_at if isinstance(due_at, datetime) else None
    standing = spans.look(due, str(outcome or "running"), int(target_s or 0), now)
    return spans.chip(standing, due, None, now) | {"target_s": int(target_s or 0)}


@register.filter
def styled(field: BoundField) -> str:
    """Render a form's control in the look of the console."""
    widget = field.field.widget
    look = "form-select" if isinstance(widget, Select) else "form-control"
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        look = "form-check-input"
    own = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{look} {own}".strip(), "placeholder": widget.attrs.get("hint", "")})


@register.filter
def browser(user_agent: str) -> str:
    """Name browser and system from what a browser says of itself."""
    program = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (program, system) if part) or user_agent[:40]


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Look something up; what is not there stands for itself."""
    return mapping.get(key, key)


@register.filter
def pool_name(code: str) -> str:
    """Name a sales pool: the one every house has in words, others as they are called."""
    return _("main pool") if code == MAIN_POOL else code


@register.filter
def mapping_name(name: str) -> str:
    """Name a mapping; those that come with Steward have a Chinese and an English name: show the reader theirs."""
    if name not in SHIPPED_NAMES:
        return name
    chinese, _between, english = name.partition(" / ")
    return (english or chinese) if get_language() == "en" else chinese


@register.filter
def unlocalized(value: Any) -> str:
    """Write a number as programs do, without separators."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


@register.filter
def facts_line(data: Mapping[str, Any]) -> str:
    """Write the facts of an event on one line, shortened."""
    shown = (f"{name}={value}" for name, value in data.items() if value not in (None, "", [], {}, False))
    line = " ".join(shown)
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


@register.simple_tag
def number_value(definition: Any, value: Any) -> str:
    """Write a business number with its unit: 5,000.00 for money, 24 h for seconds."""
    return numbers.written(definition.kind, definition.unit, value)


@register.simple_tag
def unit_label(unit: str) -> str:
    """Name the unit of a business number."""
    return numbers.unit(unit)


@register.filter
def has(container: Any, item: Any) -> bool:
    """Tell whether a collection holds something."""
    return item in container
