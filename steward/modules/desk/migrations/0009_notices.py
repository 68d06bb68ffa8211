"""Seed what colleagues are told when a note names them or a ticket is handed to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

TEXTS = {
    "ticket_named": {
        "zh-hans": ("{{subject}}：{{colleague}}提到了你", "{{words}}\n{{link}}"),
        "zh-hant": ("{{subject}}：{{colleague}}提到了你", "{{words}}\n{{link}}"),
        "en": ("{{subject}}: {{colleague}} named you", "{{words}}\n{{link}}"),
    },
    "ticket_given": {
        "zh-hans": ("{{subject}}：{{colleague}}转交给你", "{{words}}\n{{link}}"),
        "zh-hant": ("{{subject}}：{{colleague}}轉交給你", "{{words}}\n{{link}}"),
        "en": ("{{subject}}: handed to you by {{colleague}}", "{{words}}\n{{link}}"),
    },
}
HOURS = 72


class Migration(migrations.Migration):
    """Notices about tickets (DSK-7)."""

    dependencies: ClassVar = [("desk", "0008_calls"), ("messaging", "0005_inbound")]
    operations: ClassVar = [
        FirstRows(
            "messaging.MessageKind",
            lambda: [
                {"code": code, "channels": ["email"], "expires_after_h": HOURS, "waits_for_day": False}
                for code in TEXTS
            ],
        ),
        FirstRows(
            "messaging.Template",
            lambda: [
                {
                    "code": code,
                    "channel": "in_app",
                    "locale": locale,
                    "subject": subject,
                    "body": body,
                    "version": 1,
                    "saved_by": "system:seed",
                }
                for code, texts in TEXTS.items()
                for locale, (subject, body) in texts.items()
            ],
        ),
    ]
