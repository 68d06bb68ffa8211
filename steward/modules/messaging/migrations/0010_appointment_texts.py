"""Seed the reminder of an appointment with its texts in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

CODE = "appointment_reminder"
SMS = {
    "zh-hans": "【{{house}}】提醒：{{starts_at}} 请到{{station}}（{{address}}）办理{{service}}，到店报预约码 {{code}}。",
    "zh-hant": "【{{house}}】提醒：{{starts_at}} 請到{{station}}（{{address}}）辦理{{service}}，到店報預約碼 {{code}}。",
    "en": "{{house}}: {{service}} at {{station}}, {{address}}, on {{starts_at}}. Say this code there: {{code}}",
}
EMAIL = {
    "zh-hans": (
        "预约提醒：{{starts_at}} {{station}}",
        "{{name}}，您好：\n\n您预约了 {{starts_at}} 到{{station}}办理{{service}}。\n\n地址：{{address}}\n预约码：{{code}}"
        "\n\n请带好商品和配件，到店报预约码或出示本邮件即可。\n\n{{house}}",
    ),
    "zh-hant": (
        "預約提醒：{{starts_at}} {{station}}",
        "{{name}}，您好：\n\n您預約了 {{starts_at}} 到{{station}}辦理{{service}}。\n\n地址：{{address}}\n預約碼：{{code}}"
        "\n\n請帶好商品和配件，到店報預約碼或出示本郵件即可。\n\n{{house}}",
    ),
    "en": (
        "Your appointment: {{starts_at}}, {{station}}",
        "Hello {{name}},\n\nYou are expected on {{starts_at}} at {{station}}: {{service}}.\n\nAddress: {{address}}\n"
        "Code: {{code}}\n\nPlease bring the goods with all their parts, and say the code at the counter.\n\n{{house}}",
    ),
}


def kinds() -> Iterator[Row]:
    """Let it wait for the day, and not be sent once the day is over."""
    yield {"code": CODE, "channels": ["sms", "email"], "expires_after_h": 20, "waits_for_day": True}


def texts() -> Iterator[Row]:
    """Name the texts."""
    whole = {"code": CODE, "version": 1, "saved_by": "system:seed"}
    for locale, body in SMS.items():
        yield {**whole, "channel": "sms", "locale": locale, "subject": "", "body": body}
    for locale, (subject, body) in EMAIL.items():
        yield {**whole, "channel": "email", "locale": locale, "subject": subject, "body": body}


class Migration(migrations.Migration):
    """One kind, six texts."""

    dependencies: ClassVar = [("messaging", "0009_call_texts")]
    operations: ClassVar = [FirstRows("MessageKind", kinds), FirstRows("Template", texts)]
