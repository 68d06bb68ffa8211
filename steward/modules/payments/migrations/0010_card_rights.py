"""Say who may let gift cards pay for orders."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows

ROLES = ("after_sales_manager", "customer_service", "finance")


class Migration(migrations.Migration):
    """Some rights."""

    dependencies: ClassVar = [("payments", "0009_wallet_rules"), ("people", "0007_places")]
    operations: ClassVar = [
        FirstRows(
            "people.RolePermission",
            lambda: [{"role": role, "permission": "payments.cards"} for role in ROLES],
            by={"role": "code"},
        )
    ]
