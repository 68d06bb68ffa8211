"""Seed who may repair and within which time; let the database refuse a technician in two places at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

HOUR, DAY = 3_600, 86_400
SECOND = "extract(epoch FROM {} - timestamptz '1970-01-01 00:00:00+00')::bigint"
OWNER = "technician_id * 8589934592"
SPAN = f"int8range({OWNER} + {SECOND.format('starts_at')}, {OWNER} + {SECOND.format('ends_at')})"
ADD = (
    f"ALTER TABLE returns_repair_visit ADD CONSTRAINT repair_visit_no_overlap EXCLUDE USING gist (({SPAN}) WITH &&) "
    "WHERE (state IN ('planned', 'done'))"
)
DROP = "ALTER TABLE returns_repair_visit DROP CONSTRAINT repair_visit_no_overlap"
APPEND_ONLY = (
    "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON returns_repair_work "
    "FOR EACH ROW EXECUTE FUNCTION payments_append_only();"
)
UNDO = "DROP TRIGGER append_only ON returns_repair_work;"
ROLES = ("after_sales_manager", "technical_support")
MANAGER = "after_sales_manager"
# kind of clock, target, who is responsible, what is not as usual
LIMITS: tuple[tuple[str, int, str, dict[str, Any]], ...] = (
    ("repair_diagnosis", 24 * HOUR, "technical_support", {"pausable": False, "warnings": [{"before_s": 4 * HOUR}]}),
    ("repair_done", 7 * DAY, "technical_support", {"warnings": [{"before_s": DAY}]}),
    ("loaner_back", 14 * DAY, "customer_service", {"pausable": False, "warnings": [{"before_s": 2 * DAY}]}),
)


def limits() -> Iterator[Row]:
    """Name the limits; a manager changes them."""
    ladder = [{"after_s": 0, "verb": "notify"}, {"after_s": 4 * HOUR, "verb": "manager", "whom": MANAGER}]
    for kind, target_s, role, others in LIMITS:
        usual = {"subject_kind": "repair", "clock_kind": kind, "target_s": target_s, "responsible_role": role}
        yield {**usual, "ladder": ladder, **others}


class Migration(migrations.Migration):
    """Rights, limits, one exclusion constraint, one append-only table."""

    dependencies: ClassVar = [
        ("returns", "0014_repairs"),
        ("deadlines", "0004_clocks_by_hand"),
        ("payments", "0002_append_only"),
        ("people", "0007_places"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(ADD, DROP),
        migrations.RunSQL(APPEND_ONLY, UNDO),
        FirstRows("people.RolePermission", lambda: ({"role": r, "permission": "returns.repair"} for r in ROLES), by={"role": "code"}),
        FirstRows("deadlines.Policy", limits),
    ]
