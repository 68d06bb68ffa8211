"""Seed what first owners are told when a ticket of theirs is open again with somebody else."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

CODE, HOURS = "ticket_first_owner", 72
TEXTS = {
    "zh-hans": ("{{subject}}：你首接的工单再次打开", "现由{{colleague}}处理：{{words}}\n{{link}}"),
    "zh-hant": ("{{subject}}：你首接的工單再次開啟", "現由{{colleague}}處理：{{words}}\n{{link}}"),
    "en": ("{{subject}}: a ticket you took first is open again", "Now with {{colleague}}: {{words}}\n{{link}}"),
}


class Migration(migrations.Migration):
    """Notices to first owners (DSK-6)."""

    dependencies: ClassVar = [("desk", "0020_gifts"), ("messaging", "0005_inbound")]
    operations: ClassVar = [
        FirstRows(
            "messaging.MessageKind",
            lambda: [{"code": CODE, "channels": ["email"], "expires_after_h": HOURS, "waits_for_day": False}],
        ),
        FirstRows(
            "messaging.Template",
            lambda: [
                {
                    "code": CODE,
                    "channel": "in_app",
                    "locale": locale,
                    "subject": subject,
                    "body": body,
                    "version": 1,
                    "saved_by": "system:seed",
                }
                for locale, (subject, body) in TEXTS.items()
            ],
        ),
    ]
