"""Words in every language at once, for what is read later by people whose language is not known yet."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import translation


def in_each(say: Callable[[], object]) -> dict[str, str]:
    """Ask for the same words in each of the house's languages. Returns language code → words."""
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = str(say())
    return words
