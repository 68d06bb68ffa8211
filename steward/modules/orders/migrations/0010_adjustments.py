"""Keep what an order's discount consists of: refunds are computed from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; orders that stand have none."""

    dependencies: ClassVar = [("orders", "0009_signals_in_order")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="order",
            name="adjustments",
            field=models.JSONField(
                db_default=[], help_text="Coupons, points and the like its discount consists of, with their terms"
            ),
        ),
    ]
