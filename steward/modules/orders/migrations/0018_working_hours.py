"""Let exceptions and holds count working hours and be handed on, and limit the second look at an entry.

An urgent exception and the audit itself stay 24×7; the second look pauses the audit's hour, so it has one of its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MIN, HOUR = 60, 3_600
OFFICE_DAY_S = 7 * HOUR + 30 * MIN
MANAGER = "after_sales_manager"
QUICK = [
    {"after_s": 0, "verb": "notify"},
    {"after_s": 15 * MIN, "verb": "reassign"},
    {"after_s": 30 * MIN, "verb": "manager", "whom": MANAGER},
]
STEADY = [
    {"after_s": 0, "verb": "notify"},
    {"after_s": 30 * MIN, "verb": "reassign"},
    {"after_s": HOUR, "verb": "manager", "whom": MANAGER},
]
CHANGES: dict[tuple[str, str, str], dict[str, Any]] = {
    ("order", "order_screening", ""): {"calendar": "service-desk", "warnings": [{"share": 0.75}], "ladder": QUICK},
    ("exception", "exception_solve", ""): {"calendar": "cn-office", "target_s": OFFICE_DAY_S, "ladder": STEADY},
    ("exception", "exception_solve", "high"): {"calendar": "service-desk", "ladder": STEADY},
    ("exception", "exception_solve", "urgent"): {"ladder": QUICK},
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Change the limits nobody has changed, and add the one of the second look."""
    put_in_force = import_module("steward.modules.deadlines.migrations.0006_working_hours").put_in_force
    for (subject, clock, code), changes in CHANGES.items():
        put_in_force(apps, subject, clock, code, changes)
    apps.get_model("deadlines", "Policy").objects.get_or_create(
        subject_kind="approval",
        clock_kind="approval_decision",
        code="entry",
        version=1,
        defaults={
            "condition": [{"fact": "kind", "op": "is", "value": "order_entry"}],
            "target_s": HOUR,
            "responsible_role": "order_checker",
            "calendar": "service-desk",
            "warnings": [{"share": 0.75}],
            "ladder": QUICK,
        },
    )


class Migration(migrations.Migration):
    """Calendars, ladders and one limit."""

    dependencies: ClassVar = [("orders", "0017_urgency"), ("deadlines", "0006_working_hours")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
