"""What connectors of the service desk must offer."""

from __future__ import annotations

from typing import Protocol


class NotTranslated(Exception):
    """Report that a text came back in no other language; says why in a few words."""


class Translator(Protocol):
    """Translates one text; bound as `desk.translator`, a function that returns one, or None where it is off."""

    name: str

    def translate(self, text: str, *, to: str) -> str:
        """Translate into a language of ours (zh-hans, zh-hant, en); marks such as ⟦1⟧ are to be kept.

        Raises: NotTranslated.
        """
        ...
