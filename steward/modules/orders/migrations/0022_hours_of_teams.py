"""Let an exception that somebody has count by the hours of their team; an urgent one stays 24×7."""

from __future__ import annotations

from importlib import import_module
from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Change the limits nobody has changed."""
    put_in_force = import_module("steward.modules.deadlines.migrations.0006_working_hours").put_in_force
    for code in ("", "high"):
        put_in_force(apps, "exception", "exception_solve", code, {"team_calendar": True})


class Migration(migrations.Migration):
    """Hours of exceptions."""

    dependencies: ClassVar = [("orders", "0021_checked_by_statement"), ("deadlines", "0007_hours_of_teams")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
