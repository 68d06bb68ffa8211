"""Seed what buyers are told when a refund takes longer, in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

CODE = "refund_late"
SMS = {
    "zh-hans": "【{{house}}】订单 {{order_number}} 的退款 {{refund}} 因支付渠道繁忙有所延迟，我们会尽快原路退回，无需您操作。{{link}}",
    "zh-hant": "【{{house}}】訂單 {{order_number}} 的退款 {{refund}} 因支付管道繁忙有所延遲，我們會盡快原路退回，無需您操作。{{link}}",
    "en": "{{house}}: the refund of {{refund}} for order {{order_number}} takes longer; you need not do anything. {{link}}",
}
EMAIL = {
    "zh-hans": (
        "订单 {{order_number}} 的退款有所延迟",
        "{{name}}，您好：\n\n订单 {{order_number}} 的退款 {{refund}} 已经提交，但支付渠道暂时没有处理完，比平时要久一些，很抱歉。"
        "\n\n款项会原路退回，您不需要做任何操作；退款完成后我们会再通知您。\n\n查看详情：\n{{link}}\n\n{{house}}",
    ),
    "zh-hant": (
        "訂單 {{order_number}} 的退款有所延遲",
        "{{name}}，您好：\n\n訂單 {{order_number}} 的退款 {{refund}} 已經提交，但支付管道暫時沒有處理完，比平時要久一些，很抱歉。"
        "\n\n款項會原路退回，您不需要做任何操作；退款完成後我們會再通知您。\n\n查看詳情：\n{{link}}\n\n{{house}}",
    ),
    "en": (
        "Your refund for order {{order_number}} takes longer",
        "Hello {{name}},\n\nWe have asked for your refund of {{refund}} for order {{order_number}}, but the payment "
        "provider has not carried it out yet. We are sorry that it takes longer than usual.\n\nThe money goes back the way "
        "it came; you need not do anything. We will write again when it is done.\n\nDetails:\n{{link}}\n\n{{house}}",
    ),
}


def kinds() -> Iterator[Row]:
    """Let it not be said any more once it is stale."""
    yield {"code": CODE, "channels": ["sms", "email"], "expires_after_h": 24, "waits_for_day": True}


def texts() -> Iterator[Row]:
    """Name the texts."""
    whole = {"code": CODE, "version": 1, "saved_by": "system:seed"}
    for locale, body in SMS.items():
        yield {**whole, "channel": "sms", "locale": locale, "subject": "", "body": body}
    for locale, (subject, body) in EMAIL.items():
        yield {**whole, "channel": "email", "locale": locale, "subject": subject, "body": body}


class Migration(migrations.Migration):
    """One kind, six texts."""

    dependencies: ClassVar = [("payments", "0004_connectors"), ("messaging", "0016_chat_first")]
    operations: ClassVar = [FirstRows("messaging.MessageKind", kinds), FirstRows("messaging.Template", texts)]
