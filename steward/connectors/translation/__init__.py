"""Translate by a server the operator names: LibreTranslate's shape, or a chat model's (OpenAI's shape)."""

from __future__ import annotations

from django.conf import settings

from steward.connectors.translation.server import ChatModel, LibreTranslate
from steward.modules.desk.ports import Translator


def translator() -> Translator | None:
    """Return who translates here, or nobody: that is how it is unless the operator names one."""
    if settings.TRANSLATION == "libretranslate":
        return LibreTranslate(settings.TRANSLATION_ADDRESS, settings.TRANSLATION_KEY)
    if settings.TRANSLATION == "openai":
        return ChatModel(settings.TRANSLATION_ADDRESS, settings.TRANSLATION_KEY, settings.TRANSLATION_MODEL)
    return None
