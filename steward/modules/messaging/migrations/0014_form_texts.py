"""Seed the acknowledgement of a form with its texts in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

CODE = "form_received"
SMS = {
    "zh-hans": "【{{house}}】您的留言已收到，我们会尽快答复您。",
    "zh-hant": "【{{house}}】您的留言已收到，我們會盡快答覆您。",
    "en": "{{house}}: We have your message and will answer as soon as we can.",
}
EMAIL = {
    "zh-hans": ("您的留言已收到", "{{name}}，您好：\n\n您的留言已收到，我们会尽快答复您。\n\n{{house}}"),
    "zh-hant": ("您的留言已收到", "{{name}}，您好：\n\n您的留言已收到，我們會盡快答覆您。\n\n{{house}}"),
    "en": (
        "We have your message",
        "Hello {{name}},\n\nWe have your message and will answer as soon as we can.\n\n{{house}}",
    ),
}


def kinds() -> Iterator[Row]:
    """Let it leave at once; after a day it would only puzzle."""
    yield {"code": CODE, "channels": ["email", "sms"], "expires_after_h": 24, "waits_for_day": False}


def texts() -> Iterator[Row]:
    """Name the texts."""
    whole = {"code": CODE, "version": 1, "saved_by": "system:seed"}
    for locale, body in SMS.items():
        yield {**whole, "channel": "sms", "locale": locale, "subject": "", "body": body}
    for locale, (subject, body) in EMAIL.items():
        yield {**whole, "channel": "email", "locale": locale, "subject": subject, "body": body}


class Migration(migrations.Migration):
    """One kind, six texts."""

    dependencies: ClassVar = [("messaging", "0013_chats")]
    operations: ClassVar = [FirstRows("MessageKind", kinds), FirstRows("Template", texts)]
