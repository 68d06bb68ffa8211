"""Take the one limit of the automatic audit over as the limit of the house's own currency."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BEFORE, AFTER = "orders.auto_audit_limit_minor", "orders.auto_audit_limits_minor"


def take_over(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Copy every version that was in force, so that the history stays whole."""
    parameter = apps.get_model("kernel", "Parameter")
    for row in parameter.objects.filter(name=BEFORE).order_by("version"):
        parameter.objects.create(
            name=AFTER,
            version=row.version,
            value={"CNY": row.value},
            set_at=row.set_at,
            set_by=row.set_by,
            reason=row.reason,
        )


class Migration(migrations.Migration):
    """One limit becomes a limit per currency."""

    dependencies: ClassVar = [("orders", "0005_seal_findings"), ("kernel", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(take_over, migrations.RunPython.noop)]
