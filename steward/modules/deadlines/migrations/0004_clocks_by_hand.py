"""Let those who work cases let a time limit wait for the customer, and date it where a marketplace says when."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

ROLES = ("order_checker", "customer_service", "supervisor", "after_sales_manager")


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the permission."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=ROLES):
        tick.objects.get_or_create(role=row, permission="deadlines.clocks")


class Migration(migrations.Migration):
    """Who may."""

    dependencies: ClassVar = [("deadlines", "0003_hours_of_teams"), ("people", "0002_first_roles")]
    operations: ClassVar = [migrations.RunPython(give, migrations.RunPython.noop)]
