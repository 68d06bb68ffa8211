"""Read what was translated of a ticket."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q
from msgspec import Struct

from steward.modules.desk.models import Translation


class TranslationView(Struct, frozen=True):
    """One text in another language. `state`: asked, done, failed (`error` says why)."""

    id: int
    message_id: int | None
    language: str
    state: str
    text: str
    source: str
    error: str


def translations_of(message_ids: Collection[int], language: str) -> dict[int, TranslationView]:
    """Read the translations of messages into a language, by message; one query."""
    if not message_ids:
        return {}
    rows = Translation.objects.filter(message_id__in=message_ids, language=language)
    return {row.message_id or 0: _view(row) for row in rows}


def translated_draft(ticket_id: int, staff_id: int | None) -> TranslationView | None:
    """Read the translation of what somebody is writing."""
    row = Translation.objects.filter(ticket_id=ticket_id, staff_id=staff_id or 0, message=None).first()
    return _view(row) if row else None


def translation_of(ticket_id: int, translation_id: int) -> TranslationView | None:
    """Read one translation of a ticket; that of a message belongs where the message is read, also after a merge."""
    here = Q(message__ticket_id=ticket_id) | Q(message=None, ticket_id=ticket_id)
    row = Translation.objects.filter(here, id=translation_id).first()
    return _view(row) if row else None


def _view(row: Translation) -> TranslationView:
    return TranslationView(row.id, row.message_id, row.language, row.state, row.text, row.source, row.error)
