"""Seed the kinds of messages, their texts in three languages, and who may see to them."""

import json
from pathlib import Path

from django.db import migrations

TEXTS = Path(__file__).with_name("first_texts.json")
# code: channels, hours until it makes no sense any more, whether it waits for the day
KINDS = {
    "order_received": (["sms", "email"], 72, True),
    "order_paid": (["sms", "email"], 72, True),
    "payment_reminder": (["sms", "email"], 12, True),
    "order_cancelled": (["sms", "email"], 168, True),
    "stock_offer": (["sms", "email"], 72, True),
    "order_shipped": (["sms", "email"], 72, True),
    "order_delivered": (["sms", "email"], 72, True),
    "refund_paid": (["sms", "email"], 168, True),
    "clock_warned": (["email"], 12, False),
    "clock_breached": (["email"], 24, False),
    "clock_escalated": (["email"], 24, False),
    "approval_asked": (["email"], 48, False),
    "exception_opened": (["email"], 24, False),
    "webhook_disabled": (["email"], 72, False),
}
GRANTS = {
    "after_sales_manager": ["messaging.view", "messaging.templates", "messaging.retry"],
    "customer_service": ["messaging.view", "messaging.preferences"],
    "supervisor": ["messaging.view", "messaging.retry"],
    "it_operator": ["messaging.view", "messaging.retry", "messaging.webhooks"],
}


def seed(apps, schema_editor):
    kind, template = apps.get_model("messaging", "MessageKind"), apps.get_model("messaging", "Template")
    kind.objects.bulk_create(
        kind(code=code, channels=channels, expires_after_h=hours, waits_for_day=waits)
        for code, (channels, hours, waits) in KINDS.items()
    )
    texts = json.loads(TEXTS.read_text(encoding="utf-8"))
    template.objects.bulk_create(template(version=1, saved_by="system:seed", **text) for text in texts)
    role, grant = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    roles = dict(role.objects.filter(code__in=list(GRANTS)).values_list("code", "id"))
    grant.objects.bulk_create(
        (
            grant(role_id=roles[code], permission=permission)
            for code, permissions in GRANTS.items()
            if code in roles
            for permission in permissions
        ),
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial"), ("people", "0003_attempt_cache")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
