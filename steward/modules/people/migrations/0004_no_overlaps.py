"""Let the database refuse duties, leave and on-call turns of one person that overlap."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


def span(owner: str) -> str:
    """Write who and when as one range of whole numbers: owner × 2^33 + second of the epoch (good until 2242)."""
    second = "extract(epoch FROM {} - timestamptz '1970-01-01 00:00:00+00')::bigint"
    starts, ends = second.format("starts_at"), second.format("ends_at")
    return f"int8range(({owner}) * 8589934592 + {starts}, ({owner}) * 8589934592 + {ends})"


def exclusion(table: str, name: str, owner: str, condition: str) -> migrations.RunSQL:
    """Forbid two rows of one owner whose spans overlap; looked at when the statement ends, so that swaps can be one."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (({span(owner)}) WITH &&) "
        f"WHERE ({condition}) DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """Three exclusion constraints."""

    dependencies: ClassVar = [("people", "0003_attempt_cache")]
    operations: ClassVar = [
        exclusion("people_duty", "duty_no_overlap", "staff_id", "state = 'planned'"),
        exclusion("people_leave", "leave_no_overlap", "staff_id", "state IN ('requested', 'approved')"),
        exclusion(
            "people_on_call_override",
            "on_call_override_no_overlap",
            "rotation_id * 2 + (CASE tier WHEN 'primary' THEN 0 ELSE 1 END)",
            "cancelled_at IS NULL",
        ),
    ]
