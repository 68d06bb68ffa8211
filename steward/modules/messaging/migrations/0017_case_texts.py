"""Seed the news of an after-sales case with its texts in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

CODE = "case_news"
SMS = {
    "zh-hans": "【{{house}}】订单 {{order_number}} 的售后 {{case_number}}：{{news}} 详情：{{link}}",
    "zh-hant": "【{{house}}】訂單 {{order_number}} 的售後 {{case_number}}：{{news}} 詳情：{{link}}",
    "en": "{{house}}: {{case_number}} about order {{order_number}}. {{news}} More: {{link}}",
}
EMAIL = {
    "zh-hans": (
        "售后 {{case_number}} 有进展",
        "{{name}}，您好：\n\n关于订单 {{order_number}} 的售后 {{case_number}}：\n{{news}}\n\n随时可以在这里查看：\n{{link}}\n\n{{house}}",
    ),
    "zh-hant": (
        "售後 {{case_number}} 有進展",
        "{{name}}，您好：\n\n關於訂單 {{order_number}} 的售後 {{case_number}}：\n{{news}}\n\n隨時可以在這裡查看：\n{{link}}\n\n{{house}}",
    ),
    "en": (
        "News of {{case_number}}",
        "Hello {{name}},\n\nAbout {{case_number}}, your order {{order_number}}:\n{{news}}\n\nYou can look at it here:\n"
        "{{link}}\n\n{{house}}",
    ),
}


def kinds() -> Iterator[Row]:
    """Let it wait for the day; a decision is still news after three."""
    yield {"code": CODE, "channels": ["sms", "email"], "expires_after_h": 72, "waits_for_day": True}


def texts() -> Iterator[Row]:
    """Name the texts."""
    whole = {"code": CODE, "version": 1, "saved_by": "system:seed"}
    for locale, body in SMS.items():
        yield {**whole, "channel": "sms", "locale": locale, "subject": "", "body": body}
    for locale, (subject, body) in EMAIL.items():
        yield {**whole, "channel": "email", "locale": locale, "subject": subject, "body": body}


class Migration(migrations.Migration):
    """One kind, six texts."""

    dependencies: ClassVar = [("messaging", "0016_chat_first")]
    operations: ClassVar = [FirstRows("MessageKind", kinds), FirstRows("Template", texts)]
