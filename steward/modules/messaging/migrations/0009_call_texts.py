"""Seed the notice of a ringing telephone with its texts in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

CODE = "call_ringing"
TEXTS = {
    "zh-hans": ("{{subject}} 来电", "{{subject}} 正在呼叫您的分机：{{link}}"),
    "zh-hant": ("{{subject}} 來電", "{{subject}} 正在呼叫您的分機：{{link}}"),
    "en": ("{{subject}} calls", "{{subject}} is calling your extension: {{link}}"),
}


def kinds() -> Iterator[Row]:
    """Let it be forgotten within the hour."""
    yield {"code": CODE, "channels": ["email"], "expires_after_h": 1, "waits_for_day": False}


def texts() -> Iterator[Row]:
    """Say who calls."""
    for locale, (subject, body) in TEXTS.items():
        yield {
            "code": CODE,
            "channel": "in_app",
            "locale": locale,
            "subject": subject,
            "body": body,
            "version": 1,
            "saved_by": "system:seed",
        }


class Migration(migrations.Migration):
    """Kind and texts."""

    dependencies: ClassVar = [("messaging", "0008_spoken")]
    operations: ClassVar = [FirstRows("MessageKind", kinds), FirstRows("Template", texts)]
