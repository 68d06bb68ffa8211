"""Tell staff of refunds that take too long or that nobody decided about."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HOURS = 72
TEXTS = {
    "refund_stuck": {
        "zh-hans": ("退款迟迟未到账：{{subject}}", "这笔退款从 {{since}} 起一直未完成。请向支付渠道核实。"),
        "zh-hant": ("退款遲遲未到帳：{{subject}}", "這筆退款從 {{since}} 起一直未完成。請向支付渠道核實。"),
        "en": ("Refund takes too long: {{subject}}", "It has been on its way since {{since}}. Please ask the provider."),
    },
    "refund_lapsed": {
        "zh-hans": (
            "退款未在期限内审批：{{subject}}",
            "订单 {{order_number}} 的退款申请无人审批，已自动撤回。如仍需退款，请重新申请。",
        ),
        "zh-hant": (
            "退款未在期限內審批：{{subject}}",
            "訂單 {{order_number}} 的退款申請無人審批，已自動撤回。如仍需退款，請重新申請。",
        ),
        "en": (
            "Nobody decided about {{subject}}",
            "The refund asked for on {{order_number}} was called off. Ask for it again if it is still needed.",
        ),
    },
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the kinds and their texts."""
    kind, template = apps.get_model("messaging", "MessageKind"), apps.get_model("messaging", "Template")
    for code, texts in TEXTS.items():
        kind.objects.create(code=code, channels=["email"], expires_after_h=HOURS, waits_for_day=False)
        for locale, (subject, body) in texts.items():
            template.objects.create(
                code=code,
                channel="in_app",
                locale=locale,
                version=1,
                subject=subject,
                body=body,
                saved_by="system:seed",
            )


class Migration(migrations.Migration):
    """A kind of notice, two kinds of messages."""

    dependencies: ClassVar = [("messaging", "0002_first_texts")]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="notice", name="notice_kind"),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=("clock", "approval", "exception", "money", "system")), name="notice_kind"
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
