"""Say who may change orders, do added steps and give terms; limit invoices; leave room between steps; name origins."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

from steward.modules.orders.rules.shipped_mappings import STEWARD

DAY_S = 86_400
GIVEN = {
    "orders.change": (
        "order_clerk",
        "order_checker",
        "customer_service",
        "logistics_coordinator",
        "supervisor",
        "after_sales_manager",
    ),
    "orders.do_steps": (
        "order_clerk",
        "order_checker",
        "customer_service",
        "logistics_coordinator",
        "warehouse",
        "finance",
        "supervisor",
        "after_sales_manager",
    ),
    "customers.terms": ("finance",),
}
ORIGINS = ("device_id", "ip", "payment_account", "registered_at")


def limit_invoices(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Watch over invoices; each is due when its buyer's terms say. Source: ORD-6."""
    apps.get_model("deadlines", "Policy").objects.get_or_create(
        subject_kind="order",
        clock_kind="order_invoice",
        code="",
        version=1,
        defaults={"target_s": 30 * DAY_S, "responsible_role": "finance", "pausable": False},
    )


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let those who work on orders change them, and finance give terms."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for permission, codes in GIVEN.items():
        for row in role.objects.filter(code__in=codes):
            tick.objects.get_or_create(role=row, permission=permission)


def leave_room(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Number the steps by tens, so that others fit between."""
    apps.get_model("orders", "Step").objects.update(position=F("position") * 10)


def name_origins(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the shipped mapping read origins in houses that took it before, as a new version; one changed stays."""
    mapping = apps.get_model("orders", "Mapping")
    row = mapping.objects.filter(code="steward", active=True, set_by="system:seed").first()
    if row is None or all(name in row.rules["fields"] for name in ORIGINS):
        return
    added = {name: STEWARD["fields"][name] for name in ORIGINS if name not in row.rules["fields"]}
    rules = {**row.rules, "fields": {**row.rules["fields"], **added}}
    mapping.objects.filter(id=row.id).update(active=False)
    mapping.objects.create(code=row.code, name=row.name, version=row.version + 1, rules=rules)


class Migration(migrations.Migration):
    """Rights, limits, room, origins."""

    dependencies: ClassVar = [
        ("orders", "0019_changes_accounts_steps"),
        ("deadlines", "0004_limits_of_service"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        migrations.RunPython(limit_invoices, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
        migrations.RunPython(name_origins, migrations.RunPython.noop),
    ]
