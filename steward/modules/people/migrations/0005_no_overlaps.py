"""Let the database refuse what overlaps, and seed the permissions of rosters and the calendar that is always open."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


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


LOOKING = ("people.view",)
PLANNING = ("people.roster", "people.approve")
GIVEN = {
    "after_sales_manager": (*LOOKING, *PLANNING, "people.teams", "people.calendars"),
    "supervisor": (*LOOKING, *PLANNING),
    "customer_service": LOOKING,
    "technical_support": LOOKING,
    "logistics_coordinator": LOOKING,
    "data_analyst": LOOKING,
    "order_clerk": LOOKING,
    "order_checker": LOOKING,
    "warehouse": LOOKING,
    "finance": LOOKING,
    "trainer": LOOKING,
    "it_operator": LOOKING,
    "market_researcher": LOOKING,
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the roles their permissions and add the calendar that never closes."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    ids = dict(role.objects.values_list("code", "id"))
    wanted = [
        tick(role_id=ids[code], permission=permission)
        for code, permissions in GIVEN.items()
        for permission in permissions
        if code in ids
    ]
    tick.objects.bulk_create(wanted, ignore_conflicts=True)
    calendar = apps.get_model("people", "CalendarVersion")
    calendar.objects.create(
        code="always",
        version=1,
        name="24×7",
        zone="Asia/Shanghai",
        always=True,
        week=[[[0, 1440]] for _ in range(7)],
        set_by="system:seed",
    )


class Migration(migrations.Migration):
    """Add the exclusion constraints and the seeds."""

    dependencies: ClassVar = [("people", "0004_teams_rosters_calendars")]
    operations: ClassVar = [
        exclusion("people_duty", "duty_no_overlap", "staff_id", "state = 'planned'"),
        exclusion("people_leave", "leave_no_overlap", "staff_id", "state IN ('requested', 'approved')"),
        exclusion(
            "people_on_call_override",
            "on_call_override_no_overlap",
            "rotation_id * 2 + (CASE tier WHEN 'primary' THEN 0 ELSE 1 END)",
            "cancelled_at IS NULL",
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
