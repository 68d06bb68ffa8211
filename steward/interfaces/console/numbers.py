"""Business numbers in words: with their unit, as people read them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from steward.interfaces.console import spans
from steward.kernel import money

MONEY = "minor"
AMOUNTS = "amounts"
MINOR_PER_UNIT = 100  # the house's own amounts are in yuan; orders carry their currency themselves
UNITS: dict[str, Any] = {
    MONEY: gettext_lazy("yuan"),
    "s": gettext_lazy("seconds"),
    "min": gettext_lazy("minutes"),
    "h": gettext_lazy("hours"),
    "d": gettext_lazy("days"),
    "days": gettext_lazy("days"),
    "1/h": gettext_lazy("an hour"),
    "share": gettext_lazy("share (0 to 1)"),
    "percent": "%",
    "orders": gettext_lazy("orders"),
    "points": gettext_lazy("points"),
    "bytes": gettext_lazy("bytes"),
    "MB": gettext_lazy("megabytes"),
    "Mpx": gettext_lazy("megapixels"),
    "tickets": gettext_lazy("tickets"),
    "phrases": gettext_lazy("phrases"),
    "corrections": gettext_lazy("corrections"),
    "standard errors": gettext_lazy("standard errors"),
}


def unit(name: str) -> str:
    """Name a unit; an unknown one stands for itself."""
    return str(UNITS.get(name, name))


def written(kind: str, unit_name: str, value: Any) -> str:
    """Write a value with its unit."""
    if kind == "boolean":
        return _("yes") if value else _("no")
    if kind == AMOUNTS:
        return "; ".join(f"{code} {money.to_decimal(minor, code):,}" for code, minor in sorted(value.items())) or "—"
    if value in (None, ""):
        return "—"
    if unit_name == MONEY:
        return f"{value / MINOR_PER_UNIT:,.2f}"
    if unit_name in {"s", "seconds"} and value >= spans.MINUTE:
        return spans.span(value)
    text = f"{value:,}" if isinstance(value, int | float) else str(value)
    return f"{text} {unit(unit_name)}" if unit_name else text


def typed(unit_name: str, value: Any) -> str:
    """Write a value as it is typed into a field."""
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dict):
        return written(AMOUNTS, unit_name, value) if value else ""
    return f"{value / MINOR_PER_UNIT:.2f}" if unit_name == MONEY else str(value)


def amounts(text: str) -> dict[str, int]:
    """Read amounts per currency as they are typed: “CNY 5,000.00; USD 700”. Raises: ValueError."""
    found = {}
    for part in text.replace("；", ";").split(";"):
        code, _space, amount = part.strip().partition(" ")
        if not part.strip():
            continue
        if code.upper() not in money.CURRENCIES or code.upper() in found:
            raise ValueError(part)
        found[code.upper()] = minor = money.to_minor(amount, code.upper())
        if minor < 0:
            raise ValueError(part)
    return found
