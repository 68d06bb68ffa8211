"""Find answers that chats wait for apart from what else is due, and let the acknowledgement of a form name nobody.

Whoever fills in a form may give anybody's address and any name, so the letter repeats neither; nor is anybody woken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations, models

from steward.kernel.first_rows import FirstRows, Row

CODE = "form_received"
EMAIL = {
    "zh-hans": ("您的留言已收到", "您好：\n\n您的留言已收到，我们会尽快答复您。\n\n{{house}}"),
    "zh-hant": ("您的留言已收到", "您好：\n\n您的留言已收到，我們會盡快答覆您。\n\n{{house}}"),
    "en": (
        "We have your message",
        "Hello,\n\nWe have your message and will answer as soon as we can.\n\n{{house}}",
    ),
}
WAIT = "UPDATE messaging_kind SET waits_for_day = true WHERE code = 'form_received'"
LEAVE_AT_ONCE = "UPDATE messaging_kind SET waits_for_day = false WHERE code = 'form_received'"


def texts() -> Iterator[Row]:
    """Name the second versions; where a house has written its own, that stays."""
    for locale, (subject, body) in EMAIL.items():
        yield {
            "code": CODE,
            "version": 2,
            "saved_by": "system:seed",
            "channel": "email",
            "locale": locale,
            "subject": subject,
            "body": body,
        }


class Migration(migrations.Migration):
    """One index, three texts, and the quiet hours."""

    dependencies: ClassVar = [("messaging", "0015_inbound_events")]
    operations: ClassVar = [
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["due_at", "id"],
                name="message_chat_due",
                condition=models.Q(("channel", "chat"), ("state", "waiting")),
            ),
        ),
        FirstRows("Template", texts),
        migrations.RunSQL(WAIT, LEAVE_AT_ONCE),
    ]
