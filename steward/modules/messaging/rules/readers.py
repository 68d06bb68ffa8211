"""What is known of a reader who chose nothing."""

from __future__ import annotations

TRADITIONAL = ("+886", "+852", "+853")
ADDRESS: dict[str, str] = {"zh-hans": "尊敬的顾客", "zh-hant": "親愛的顧客", "en": "there"}


def likely_locale(phone: str, *, default: str) -> str:
    """Guess the language from the country of the phone number; the house's own where there is none."""
    if phone.startswith(TRADITIONAL):
        return "zh-hant"
    return "en" if phone.startswith("+") and not phone.startswith("+86") else default


def addressed(name: str, locale: str) -> str:
    """Return how somebody is addressed whose name may be unknown."""
    return name or ADDRESS[locale]
