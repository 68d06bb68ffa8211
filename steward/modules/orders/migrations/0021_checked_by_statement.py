"""Check what orders and their lines refer to once per statement instead of once per row."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

from steward.kernel.references import checked_by_statement


class Migration(migrations.Migration):
    """Triggers in place of four foreign keys, with the same locks and refusals."""

    dependencies: ClassVar = [
        ("catalog", "0004_substitutes"),
        ("customers", "0001_initial"),
        ("orders", "0020_who_may_change"),
    ]
    operations: ClassVar = [
        migrations.AlterField(
            "line",
            "item",
            models.ForeignKey("catalog.item", models.PROTECT, related_name="+", db_constraint=False),
        ),
        migrations.AlterField(
            "line",
            "order",
            models.ForeignKey(
                "orders.order", models.CASCADE, related_name="lines", db_index=False, db_constraint=False
            ),
        ),
        migrations.AlterField(
            "order",
            "customer",
            models.ForeignKey("customers.customer", models.PROTECT, null=True, related_name="+", db_constraint=False),
        ),
        migrations.AlterField(
            "order",
            "shop",
            models.ForeignKey("catalog.shop", models.PROTECT, related_name="+", db_index=False, db_constraint=False),
        ),
        checked_by_statement("orders_order", {"shop_id": "catalog_shop", "customer_id": "customers_customer"}),
        checked_by_statement("orders_line", {"order_id": "orders_order", "item_id": "catalog_item"}),
    ]
