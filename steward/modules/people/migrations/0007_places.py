"""Let the database refuse a place of a station given twice at once; say who sees to stations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

SECOND = "extract(epoch FROM {} - timestamptz '1970-01-01 00:00:00+00')::bigint"
OWNER = "(station_id * 64 + place) * 8589934592"
SPAN = f"int8range({OWNER} + {SECOND.format('starts_at')}, {OWNER} + {SECOND.format('ends_at')})"
ADD = (
    f"ALTER TABLE people_appointment ADD CONSTRAINT appointment_no_overlap EXCLUDE USING gist (({SPAN}) WITH &&) "
    "WHERE (state IN ('booked', 'arrived', 'done'))"
)
DROP = "ALTER TABLE people_appointment DROP CONSTRAINT appointment_no_overlap"
ROLES = {
    "after_sales_manager": ("stations.view", "stations.book", "stations.counter", "stations.manage"),
    "customer_service": ("stations.view", "stations.book", "stations.counter"),
    "technical_support": ("stations.view", "stations.book", "stations.counter"),
    "supervisor": ("stations.view", "stations.book"),
    "logistics_coordinator": ("stations.view",),
}


def permissions() -> Iterator[Row]:
    """Say what each role may do at stations."""
    for role, permitted in ROLES.items():
        yield from ({"role": role, "permission": permission} for permission in permitted)


class Migration(migrations.Migration):
    """One exclusion constraint, rights."""

    dependencies: ClassVar = [("people", "0006_stations")]
    operations: ClassVar = [
        migrations.RunSQL(ADD, DROP),
        FirstRows("RolePermission", permissions, by={"role": "code"}),
    ]
