"""Seed the time limits of ORD-4, ORD-6 and DSK-4; a manager changes them in the console."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MIN, HOUR = 60, 3_600
LIMITS = (
    ("order", "order_payment", 24 * HOUR, "customer"),
    ("order", "payment_reminder", 30 * MIN, "customer"),
    ("order", "order_audit", HOUR, "order_checker"),
    ("order", "order_mend", HOUR, "order_clerk"),
    ("ticket", "first_reply", 15 * MIN, "customer_service"),
    ("ticket", "preliminary_solution", HOUR, "customer_service"),
    ("ticket", "substantive_reply", 2 * HOUR, "customer_service"),
    ("ticket", "solution", 4 * HOUR, "customer_service"),
    ("ticket", "solution_non_urgent", 24 * HOUR, "customer_service"),
    ("ticket", "special_substantive_reply", 24 * HOUR, "after_sales_manager"),
    ("ticket", "special_solution", 48 * HOUR, "after_sales_manager"),
    ("return", "inspection_decision", 24 * HOUR, "warehouse"),
    ("complaint", "complaint_registered", 24 * HOUR, "customer_service"),
    ("complaint", "complaint_solved", 48 * HOUR, "after_sales_manager"),
    ("incident", "emergency_plan", 2 * HOUR, "after_sales_manager"),
    ("incident", "report_to_customer", 24 * HOUR, "after_sales_manager"),
    ("call", "phone_answered", 30, "customer_service"),
)


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Add each limit that has no version yet."""
    policy = apps.get_model("deadlines", "Policy")
    for subject_kind, clock_kind, target_s, role in LIMITS:
        policy.objects.get_or_create(
            subject_kind=subject_kind,
            clock_kind=clock_kind,
            version=1,
            defaults={"target_s": target_s, "responsible_role": role},
        )


class Migration(migrations.Migration):
    """Add the first version of every time limit."""

    dependencies: ClassVar = [("deadlines", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
