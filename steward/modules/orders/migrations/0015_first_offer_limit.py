"""Limit how long an offer waits for its answer, and say who may make offers."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

HOUR_S = 3_600
MAY_OFFER = ("order_clerk", "order_checker", "customer_service", "supervisor", "after_sales_manager")


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give buyers two days to answer. Source: ORD-4."""
    apps.get_model("deadlines", "Policy").objects.get_or_create(
        subject_kind="offer",
        clock_kind="offer_answer",
        code="",
        version=1,
        defaults={"target_s": 48 * HOUR_S, "responsible_role": "customer", "pausable": False},
    )


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let those who talk with buyers or work on orders make offers and answer for buyers."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=MAY_OFFER):
        tick.objects.get_or_create(role=row, permission="orders.offer")


class Migration(migrations.Migration):
    """Limit and rights."""

    dependencies: ClassVar = [
        ("orders", "0014_offers"),
        ("deadlines", "0004_limits_of_service"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
