"""Check what orders and their lines refer to once per statement instead of once per row."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from steward.kernel.references import checked_by_statement


class Migration(migrations.Migration):
    """Triggers in place of four foreign keys, with the same locks and refusals."""

    dependencies: ClassVar = [("orders", "0001_initial")]
    operations: ClassVar = [
        checked_by_statement("orders_order", {"shop_id": "catalog_shop", "customer_id": "customers_customer"}),
        checked_by_statement("orders_line", {"order_id": "orders_order", "item_id": "catalog_item"}),
    ]
