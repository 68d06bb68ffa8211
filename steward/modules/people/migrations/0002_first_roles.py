"""Seed the roles of requirements.md with what they usually may do; the permission matrix changes it."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOOK = "orders.view customers.view"
ROLES = (
    (
        "after_sales_manager",
        "After-sales manager",
        f"{LOOK} orders.enter orders.mend orders.advance orders.audit orders.cancel orders.import orders.mappings orders.reveal "
        "catalog.edit stock.view payments.view customers.reveal jobs.view settings.parameters settings.policies settings.audit",
    ),
    ("customer_service", "Customer service", f"{LOOK} orders.mend orders.advance orders.reveal stock.view payments.view"),
    ("technical_support", "Technical support", f"{LOOK} stock.view"),
    ("logistics_coordinator", "Logistics coordinator", f"{LOOK} orders.mend orders.reveal stock.view"),
    ("data_analyst", "Data analyst", f"{LOOK} stock.view payments.view"),
    ("order_clerk", "Order clerk", f"{LOOK} orders.enter orders.mend orders.advance orders.import catalog.edit stock.view"),
    ("order_checker", "Order checker", f"{LOOK} orders.advance orders.audit orders.cancel orders.reveal stock.view payments.view"),
    ("warehouse", "Warehouse", "orders.view stock.view stock.move"),
    ("finance", "Finance", f"{LOOK} payments.view payments.record orders.cancel"),
    ("supervisor", "Supervisor", f"{LOOK} stock.view payments.view jobs.view settings.audit"),
    ("trainer", "Trainer", "orders.view"),
    ("it_operator", "IT operator", "orders.view orders.mappings jobs.view jobs.rerun settings.tokens"),
    ("market_researcher", "Market researcher", "orders.view"),
    ("administrator", "Administrator", "*"),
)


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add each role with its permissions."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for code, name, permissions in ROLES:
        row = role.objects.create(code=code, name=name)
        tick.objects.bulk_create([tick(role=row, permission=permission) for permission in permissions.split()])


class Migration(migrations.Migration):
    """Add the first roles."""

    dependencies: ClassVar = [("people", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
