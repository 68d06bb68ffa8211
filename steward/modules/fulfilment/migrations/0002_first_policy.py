"""The weights a new installation begins with, who may do what, and what is watched for."""

import msgspec
from django.db import migrations

from steward.modules.fulfilment.rules.policy import SHIPPED
from steward.modules.orders.rules.detectors import SHIPPED as DETECTORS

RIGHTS = {
    "after_sales_manager": "fulfilment.view fulfilment.allocate fulfilment.policy",
    "logistics_coordinator": "fulfilment.view fulfilment.allocate",
    "warehouse": "fulfilment.view fulfilment.allocate",
    "supervisor": "fulfilment.view",
    "order_checker": "fulfilment.view",
    "order_clerk": "fulfilment.view",
    "customer_service": "fulfilment.view",
    "data_analyst": "fulfilment.view",
}


def seed(apps, schema_editor):
    """Put the first policy in force and watch for orders that cannot be allocated."""
    apps.get_model("fulfilment", "Policy").objects.get_or_create(
        version=1, defaults={"weights": msgspec.to_builtins(SHIPPED), "set_by": "system:seed"}
    )
    detector = apps.get_model("orders", "Detector")
    for position, one in enumerate(DETECTORS, 1):
        if one.code == "not_allocated":
            facts = {"severity": one.severity, "responsible_role": one.role, "limits": dict(one.limits)}
            detector.objects.get_or_create(code=one.code, defaults={"position": position, **facts})


def give(apps, schema_editor):
    """Let those who need it see allocations, run waves and change the policy."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """First policy and rights."""

    dependencies = [
        ("fulfilment", "0001_first"),
        ("orders", "0012_first_exceptions"),
        ("people", "0002_first_roles"),
    ]
    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
