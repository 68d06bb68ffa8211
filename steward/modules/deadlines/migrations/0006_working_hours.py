"""Let mending count the hours of the service desk, and hand on what is not audited or mended in time.

What DSK-4 and ORD-6 limit stays 24×7: the roster of those who reply, audit and answer the phone is round the clock,
and so is the customer's waiting (docs/decisions/0011).
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MIN = 60
SEED = "system:seed"
LADDER = [
    {"after_s": 0, "verb": "notify"},
    {"after_s": 15 * MIN, "verb": "reassign"},
    {"after_s": 30 * MIN, "verb": "manager", "whom": "after_sales_manager"},
]
CHANGES: dict[tuple[str, str], dict[str, Any]] = {
    ("order", "order_audit"): {"ladder": LADDER},
    ("order", "order_mend"): {"ladder": LADDER, "calendar": "service-desk"},
    ("call", "phone_answered"): {"warnings": [{"share": 0.5}]},
}


def put_in_force(apps: Apps, subject: str, clock: str, code: str, changes: dict[str, Any]) -> None:
    """Change a seeded line that nobody has changed: in place while no clock runs under it, else as a new version."""
    policy, clocks = apps.get_model("deadlines", "Policy"), apps.get_model("deadlines", "Clock")
    line = policy.objects.filter(subject_kind=subject, clock_kind=clock, code=code, active=True, set_by=SEED).first()
    if line is None:
        return
    if clocks.objects.filter(policy=line).exists():
        policy.objects.filter(id=line.id).update(active=False)
        line.id, line.version, line.reason = None, line.version + 1, "working hours"
        line._state.adding = True
    for name, value in changes.items():
        setattr(line, name, value)
    line.save()


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Change the limits of orders, and warn of calls that ring too long."""
    for (subject, clock), changes in CHANGES.items():
        put_in_force(apps, subject, clock, "", changes)


class Migration(migrations.Migration):
    """Calendars and ladders of orders' limits."""

    dependencies: ClassVar = [("deadlines", "0005_owners"), ("people", "0006_first_calendars")]
    operations: ClassVar = [migrations.RunPython(seed, migrations.RunPython.noop)]
