"""Put the first screening rules in force, with their time limit and rights; what was judged and held is only added to."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Now

from steward.modules.orders.rules.screening_shipped import SHIPPED

JUDGED = ("orders_screening", "orders_hold", "orders_hold_decision")
FUNCTION = """
CREATE FUNCTION orders_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER only_added_to BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION orders_only_added_to();"
    for table in JUDGED
)
UNDO = "".join(f"DROP TRIGGER only_added_to ON {table};" for table in JUDGED) + "DROP FUNCTION orders_only_added_to();"
HOUR_S = 3_600
RIGHTS = {
    "order_checker": "orders.screen",
    "after_sales_manager": "orders.screen orders.screening_rules",
    "finance": "orders.screen",
    "data_analyst": "orders.screening_rules",
}


def seed(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Put the shipped rules in force, unless some are, and limit how long an order is held."""
    sets, policy = apps.get_model("orders", "RuleSet"), apps.get_model("deadlines", "Policy")
    sets.objects.get_or_create(
        version=1,
        defaults={
            "name": "Shipped rules",
            "state": "active",
            "hold_at": SHIPPED.hold_at,
            "rules": msgspec.to_builtins(SHIPPED.rules),
            "activated_at": Now(),
            "activated_by": "system:seed",
        },
    )
    policy.objects.get_or_create(
        subject_kind="order",
        clock_kind="order_screening",
        code="",
        version=1,
        defaults={"target_s": HOUR_S, "responsible_role": "order_checker"},
    )


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let the roles that audit decide about holds, and those that answer for numbers change the rules."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """Rules, limit, rights and triggers."""

    dependencies: ClassVar = [
        ("orders", "0008_screening"),
        ("deadlines", "0004_limits_of_service"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTION + ";" + TRIGGERS, UNDO),
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
