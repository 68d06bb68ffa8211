"""Write the facts of a message as people of a language read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from babel.dates import format_date, format_datetime

from steward.kernel import money
from steward.modules.messaging.rules.catalogue import Kind, ValueKind

BABEL: Mapping[str, str] = {"zh-hans": "zh_Hans_CN", "zh-hant": "zh_Hant_TW", "en": "en"}
# How a day and a time are written where a reader must not mistake the month for the day.
MOMENTS: Mapping[str, str] = {"zh-hans": "M月d日 HH:mm", "zh-hant": "M月d日 HH:mm", "en": "d MMM, HH:mm"}

HIDDEN = "••••••"


def written(kind: ValueKind, value: Any, *, locale: str, zone: tzinfo) -> str:
    """Write one value; words fall back to Simplified Chinese, then to any language given."""
    if value is None:
        return ""
    if kind == "secret" and isinstance(value, Mapping):
        return HIDDEN  # sealed: nobody but its reader sees it
    if kind == "money":
        text = money.formatted(value["minor"], value["currency"], BABEL[locale])
        return text.replace("CN¥", "¥")
    if kind == "words":
        return str(value.get(locale) or value.get("zh-hans") or next(iter(value.values())))
    if kind == "instant":
        local = datetime.fromisoformat(value).astimezone(zone)
        return format_datetime(local, MOMENTS[locale], tzinfo=zone, locale=BABEL[locale])
    if kind == "date":
        return format_date(date.fromisoformat(value), "medium", locale=BABEL[locale])
    return str(value)


def written_all(kind: Kind, params: Mapping[str, Any], *, locale: str, zone: tzinfo) -> dict[str, str]:
    """Write every value of a kind that was handed over; optional ones that were not are empty."""
    return {
        name: written(one.kind, params.get(name), locale=locale, zone=zone)
        for name, one in kind.names.items()
        if name in params or one.optional
    }
