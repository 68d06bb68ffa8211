"""Seed a plan for floods of orders, who may switch it on, and the words with which people are called in."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PLAN = {
    "code": "order-flood",
    "name": "订单高峰",
    "queue": "audit",
    "by_rule": True,
    "trigger": {"waiting": 200, "arriving_per_hour": None, "drain_min": 60, "calm_below": 40, "calm_min": 15},
    "actions": [{"kind": "raise_limits", "percent": 200}, {"kind": "postpone_low"}],
    "set_by": "system:seed",
}
GRANTS = {
    "after_sales_manager": ["incidents.view", "incidents.surge", "incidents.plans"],
    "supervisor": ["incidents.view", "incidents.surge"],
    "order_checker": ["incidents.view"],
    "customer_service": ["incidents.view"],
    "data_analyst": ["incidents.view"],
}
TEXTS = {
    "zh-hans": (
        "{{subject}}：请来支援",
        "“{{queue}}”现有 {{waiting}} 件等待处理，人手不足。如果方便，请尽快上线支援：{{link}}",
    ),
    "zh-hant": (
        "{{subject}}：請來支援",
        "「{{queue}}」現有 {{waiting}} 件等待處理，人手不足。如果方便，請儘快上線支援：{{link}}",
    ),
    "en": (
        "{{subject}}: please come and help",
        "{{waiting}} are waiting in “{{queue}}”, more than those on duty can take. If you can, please join: {{link}}",
    ),
}
HOURS = 6


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write the plan, the permissions, the kind of message and its texts."""
    apps.get_model("incidents", "SurgePlan").objects.create(**PLAN)
    role, grant = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    roles = dict(role.objects.filter(code__in=list(GRANTS)).values_list("code", "id"))
    grant.objects.bulk_create(
        (grant(role_id=roles[code], permission=one) for code, given in GRANTS.items() if code in roles for one in given),
        ignore_conflicts=True,
    )
    kind, template = apps.get_model("messaging", "MessageKind"), apps.get_model("messaging", "Template")
    kind.objects.create(code="surge_called", channels=["email"], expires_after_h=HOURS, waits_for_day=False)
    for locale, (subject, body) in TEXTS.items():
        template.objects.create(
            code="surge_called",
            channel="in_app",
            locale=locale,
            version=1,
            subject=subject,
            body=body,
            saved_by="system:seed",
        )


class Migration(migrations.Migration):
    """The first plan."""

    dependencies: ClassVar = [
        ("incidents", "0001_initial"),
        ("messaging", "0002_first_texts"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
