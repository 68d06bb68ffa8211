"""Let samples of queues say how much of the work was put off, so that it does not count as done."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column without a rewrite of the table."""

    dependencies: ClassVar = [("incidents", "0002_first_plans")]
    operations: ClassVar = [
        migrations.AddField("queuesample", "postponed", models.PositiveIntegerField(db_default=0)),
    ]
