"""Seed how tickets are given out: rules, what needs which skill, how much of a case a ticket is, the clock of a queue."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

MIN = 60
NOTICES = {"ticket_back": 72, "ticket_advice": 24}
TEXTS = {
    "ticket_back": {
        "zh-hans": ("{{subject}}：搁置到期", "“{{about}}”的搁置时间已到，工单回到你的列表：{{link}}"),
        "zh-hant": ("{{subject}}：擱置到期", "「{{about}}」的擱置時間已到，工單回到你的列表：{{link}}"),
        "en": ("{{subject}} is back", "The time “{{about}}” was put off for is over; it is in your list again: {{link}}"),
    },
    "ticket_advice": {
        "zh-hans": ("{{subject}}：{{colleague}}给你一条建议", "{{advice}}\n只有同事看得到，客户看不到：{{link}}"),
        "zh-hant": ("{{subject}}：{{colleague}}給你一條建議", "{{advice}}\n只有同事看得到，客戶看不到：{{link}}"),
        "en": ("{{subject}}: advice from {{colleague}}", "{{advice}}\nOnly colleagues see it, never the customer: {{link}}"),
    },
}
RULES: tuple[Row, ...] = (
    {
        "code": "key-customers",
        "name": "重点客户",
        "rank": 10,
        "condition": [{"fact": "key_customer", "op": "is", "value": True}],
        "weight_previous": 100,
    },
    {
        "code": "reopened",
        "name": "重新打开的工单",
        "rank": 20,
        "condition": [{"fact": "reopened", "op": "is", "value": True}],
        "weight_previous": 100,
    },
    {
        "code": "complaints",
        "name": "服务投诉",
        "rank": 30,
        "condition": [{"fact": "category", "op": "is", "value": "customer_service"}],
        "skill": "complaints",
        "level": 3,
        "weight_skill": 30,
    },
    {
        "code": "urgent",
        "name": "紧急工单",
        "rank": 40,
        "condition": [{"fact": "urgency", "op": "is", "value": "urgent"}],
        "weight_previous": 30,
        "weight_skill": 30,
    },
    {"code": "everything", "name": "其他工单", "rank": 900, "condition": []},
)
NEEDS: tuple[Row, ...] = (
    {"fact": "language", "value": "en", "skill": "english", "level": 2},
    {"fact": "language", "value": "de", "skill": "german", "level": 2},
    {"fact": "category", "value": "payment", "skill": "refunds", "level": 1},
)
WEIGHTS = {
    "channel": {"chat": 100, "phone": 150, "email": 70, "sms": 70, "wechat": 90, "app": 90, "web_form": 70,
                "social": 100, "counter": 150},
    "priority": {"low": 60, "normal": 100, "high": 120, "urgent": 150},
    "state": {"new": 100, "open": 100, "waiting_customer": 20, "waiting_third": 30},
}  # fmt: skip
ASSIGNMENT = {
    "subject_kind": "ticket",
    "clock_kind": "assignment",
    "target_s": 10 * MIN,
    "responsible_role": "after_sales_manager",
    "pausable": False,
    "warnings": [{"share": 0.5}],
    "ladder": [
        {"after_s": 0, "verb": "manager", "whom": "after_sales_manager"},
        {"after_s": 20 * MIN, "verb": "on_call"},
    ],
}


class Migration(migrations.Migration):
    """The first rules of routing, and the limit of what nobody has (DSK-6)."""

    dependencies: ClassVar = [("desk", "0006_routing"), ("deadlines", "0004_clocks_by_hand"), ("messaging", "0005_inbound")]
    operations: ClassVar = [
        FirstRows("RoutingRule", lambda: RULES),
        FirstRows("SkillNeed", lambda: NEEDS),
        FirstRows(
            "LoadWeight",
            lambda: [
                {"axis": axis, "code": code, "percent": percent}
                for axis, codes in WEIGHTS.items()
                for code, percent in codes.items()
            ],
        ),
        FirstRows(
            "messaging.MessageKind",
            lambda: [
                {"code": code, "channels": ["email"], "expires_after_h": hours, "waits_for_day": False}
                for code, hours in NOTICES.items()
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
        FirstRows("deadlines.Policy", lambda: [ASSIGNMENT]),
    ]
