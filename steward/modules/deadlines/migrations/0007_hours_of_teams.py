"""Let a limit count by the calendar of its owner's team, and mending do so once somebody has it in hand.

Where nobody has it, it counts by the hours of the house as before.
"""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Change the limit where nobody has changed it."""
    put_in_force = import_module("steward.modules.deadlines.migrations.0006_working_hours").put_in_force
    put_in_force(apps, "order", "order_mend", "", {"team_calendar": True})


class Migration(migrations.Migration):
    """Two columns, and what follows them from the start."""

    dependencies: ClassVar = [("deadlines", "0006_working_hours")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="policy", name="team_calendar", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(model_name="clock", name="calendar", field=models.CharField(max_length=40, null=True)),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
