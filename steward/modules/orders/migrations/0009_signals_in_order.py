"""Let the index of signals keep those of one instant in order, so that none is read twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index in the place of another."""

    dependencies: ClassVar = [("orders", "0008_parts_and_paths")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="signal", name="signal_window"),
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(fields=["value", "at", "order"], include=("customer_id",), name="signal_window"),
        ),
    ]
