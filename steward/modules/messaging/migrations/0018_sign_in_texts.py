"""Seed the sign-in code's texts in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

CODE = "sign_in_code"
SMS = {
    "zh-hans": "【{{house}}】登录验证码：{{code}}，{{minutes}} 分钟内有效。请勿告诉任何人，我们不会向您索要。",
    "zh-hant": "【{{house}}】登入驗證碼：{{code}}，{{minutes}} 分鐘內有效。請勿告訴任何人，我們不會向您索取。",
    "en": "{{house}}: {{code}} is your sign-in code for {{minutes}} minutes. Tell it to nobody; we never ask for it.",
}
EMAIL = {
    "zh-hans": (
        "登录验证码 {{code}}",
        "您的登录验证码是：\n\n{{code}}\n\n{{minutes}} 分钟内有效，只能在您申请它的浏览器里使用。"
        "请勿告诉任何人，我们不会向您索要。如果不是您本人操作，请忽略这封邮件。\n\n{{house}}",
    ),
    "zh-hant": (
        "登入驗證碼 {{code}}",
        "您的登入驗證碼是：\n\n{{code}}\n\n{{minutes}} 分鐘內有效，只能在您申請它的瀏覽器裡使用。"
        "請勿告訴任何人，我們不會向您索取。如果不是您本人操作，請忽略這封郵件。\n\n{{house}}",
    ),
    "en": (
        "{{code}} is your sign-in code",
        "Your sign-in code is:\n\n{{code}}\n\nIt holds for {{minutes}} minutes, in the browser you asked for it in. "
        "Tell it to nobody; we never ask for it. If it was not you, leave this letter alone.\n\n{{house}}",
    ),
}


def kinds() -> Iterator[Row]:
    """Let it leave at once, by night as well; it says itself when it is too late for it."""
    yield {"code": CODE, "channels": ["sms", "email"], "expires_after_h": 1, "waits_for_day": False}


def texts() -> Iterator[Row]:
    """Name the texts."""
    whole = {"code": CODE, "version": 1, "saved_by": "system:seed"}
    for locale, body in SMS.items():
        yield {**whole, "channel": "sms", "locale": locale, "subject": "", "body": body}
    for locale, (subject, body) in EMAIL.items():
        yield {**whole, "channel": "email", "locale": locale, "subject": subject, "body": body}


class Migration(migrations.Migration):
    """One kind, six texts."""

    dependencies: ClassVar = [("messaging", "0017_case_texts")]
    operations: ClassVar = [FirstRows("MessageKind", kinds), FirstRows("Template", texts)]
