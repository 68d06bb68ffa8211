"""Read the kinds of messages, how they go out, and the versions of their texts."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from steward.kernel import errors
from steward.modules.messaging.models import MessageKind, Template
from steward.modules.messaging.rules import catalogue


class KindView(Struct, frozen=True, kw_only=True):
    """One kind of message and how it goes out. Units: hours."""

    code: str
    audience: str
    mandatory: bool
    channels: list[str]
    text_channels: tuple[str, ...]
    expires_after_h: int
    waits_for_day: bool
    active: bool
    placeholders: list[str]


class VersionView(Struct, frozen=True, kw_only=True):
    """One version of one text."""

    version: int
    subject: str
    body: str
    saved_by: str
    saved_at: datetime
    reason: str


def kinds() -> list[KindView]:
    """List the kinds of messages in the order of the catalogue."""
    rows = {row.code: row for row in MessageKind.objects.all()}
    return [_view(kind, rows[code]) for code, kind in catalogue.KINDS.items() if code in rows]


def kind(code: str) -> KindView:
    """Read one kind of message. Raises: NotFound."""
    row = MessageKind.objects.filter(code=code).first()
    if row is None or code not in catalogue.KINDS:
        raise errors.NotFound(key=code)
    return _view(catalogue.KINDS[code], row)


def versions(code: str, channel: str, locale: str) -> list[VersionView]:
    """List the versions of a text, newest first."""
    rows = Template.objects.filter(code=code, channel=channel, locale=locale).order_by("-version")
    return [VersionView(**row) for row in rows.values(*VersionView.__struct_fields__)]


def _view(kind: catalogue.Kind, row: MessageKind) -> KindView:
    return KindView(
        code=kind.code,
        audience=kind.audience,
        mandatory=kind.mandatory,
        channels=row.channels,
        text_channels=kind.channels,
        expires_after_h=row.expires_after_h,
        waits_for_day=row.waits_for_day,
        active=row.active,
        placeholders=list(kind.names),
    )
