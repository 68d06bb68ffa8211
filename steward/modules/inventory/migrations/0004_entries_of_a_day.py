"""Find the promises of a day without reading the whole ledger."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """Index when promises were made, by blocks."""

    dependencies: ClassVar = [("inventory", "0003_append_only")]

    operations: ClassVar = [
        migrations.AddIndex(
            model_name="promiseentry",
            index=BrinIndex(fields=["at"], name="promise_entry_at", pages_per_range=32),
        ),
    ]
