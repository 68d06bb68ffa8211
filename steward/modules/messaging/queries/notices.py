"""Notices as their reader sees them, in their language."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from msgspec import Struct

from steward.kernel import errors
from steward.modules.messaging.models import Notice
from steward.modules.messaging.queries import rendering
from steward.modules.messaging.rules import catalogue, placeholders, values


class NoticeView(Struct, frozen=True, kw_only=True):
    """One notice, rendered. `subject` is what people call what it is about, e.g. an order's number."""

    id: int
    kind: str
    template: str
    title: str
    text: str
    subject_kind: str
    subject_id: int
    subject: str
    urgent: bool
    simulated: bool
    told_at: datetime
    read_at: datetime | None


def unread_count(staff_id: int) -> int:
    """Count a person's unread notices."""
    return Notice.objects.filter(staff_id=staff_id, read_at=None).count()


def notices(
    staff_id: int,
    *,
    locale: str,
    time_zone: str = "",
    unread_only: bool = False,
    kind: str = "",
    before_id: int | None = None,
    limit: int = 20,
) -> list[NoticeView]:
    """List a person's notices, newest first, in a language."""
    rows: Any = Notice.objects.filter(staff_id=staff_id).order_by("-id")
    if unread_only:
        rows = rows.filter(read_at=None)
    if kind:
        rows = rows.filter(kind=kind)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    found = list(rows[:limit])
    texts = rendering.texts({row.template for row in found}) if found else {}
    return [_view(row, texts, locale, time_zone or settings.TIME_ZONE) for row in found]


def notice(staff_id: int, notice_id: int, *, locale: str) -> NoticeView:
    """Read one of a person's own notices. Raises: NotFound."""
    row = Notice.objects.filter(staff_id=staff_id, id=notice_id).first()
    if row is None:
        raise errors.NotFound(key=notice_id)
    return _view(row, rendering.texts({row.template}), locale, settings.TIME_ZONE)


def _view(row: Notice, texts: rendering.Texts, locale: str, time_zone: str) -> NoticeView:
    kind = catalogue.KINDS[row.template]
    text = texts[row.template, catalogue.IN_APP, locale if locale in catalogue.LOCALES else settings.LANGUAGE_CODE]
    known = dict.fromkeys(kind.names, "") | values.written_all(
        kind, row.params, locale=locale, zone=ZoneInfo(time_zone)
    )
    return NoticeView(
        id=row.id,
        kind=row.kind,
        template=row.template,
        title=placeholders.filled(text.subject, known),
        text=placeholders.filled(text.body, known),
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        subject=str(row.params.get("subject", "")),
        urgent=row.urgent,
        simulated=row.simulated,
        told_at=row.told_at,
        read_at=row.read_at,
    )
