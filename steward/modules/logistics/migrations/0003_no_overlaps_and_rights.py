"""Let the database refuse tiers and versions that overlap, keep tariffs unchanged, give roles their rights."""

from __future__ import annotations

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GRAMS, DAYS = 2**32, 2**24
TIERS = f"int8range(lane_id * {GRAMS} + from_g, lane_id * {GRAMS} + coalesce(to_g, {GRAMS - 1}))"
FIRST, LAST = "(valid_from - date '2000-01-01')", "(valid_until - date '2000-01-01')"
VERSIONS = f"int8range(service_id * {DAYS} + {FIRST}, service_id * {DAYS} + coalesce({LAST} + 1, {DAYS - 1}))"
KEEP = """
CREATE FUNCTION logistics_tariff_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a tariff never changes: put a new version in force' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER kept BEFORE UPDATE ON logistics_tariff_row FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE ON logistics_tariff_lane FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE ON logistics_tariff_surcharge FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON logistics_carrier_decision
    FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON logistics_service_choice
    FOR EACH ROW EXECUTE FUNCTION logistics_tariff_kept();
"""
LET_GO = (
    "".join(
        f"DROP TRIGGER kept ON logistics_{table};"
        for table in ("tariff_row", "tariff_lane", "tariff_surcharge", "carrier_decision", "service_choice")
    )
    + "DROP FUNCTION logistics_tariff_kept();"
)
RIGHTS = {
    "after_sales_manager": "logistics.carriers logistics.quote logistics.choose",
    "logistics_coordinator": "logistics.carriers logistics.quote logistics.choose",
    "warehouse": "logistics.quote logistics.choose",
    "customer_service": "logistics.quote",
    "order_checker": "logistics.quote",
    "supervisor": "logistics.quote",
    "data_analyst": "logistics.quote",
    "finance": "logistics.quote",
}


def exclusion(table: str, name: str, span: str) -> migrations.RunSQL:
    """Forbid two rows of one owner whose spans overlap; looked at when the transaction's statement ends."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (({span}) WITH &&)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the roles that deal with carriers what they usually may do."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """Exclusion constraints, triggers and rights."""

    dependencies: ClassVar = [
        ("logistics", "0002_tariffs_and_record"),
        ("people", "0002_first_roles"),
    ]
    operations: ClassVar = [
        exclusion("logistics_tariff_row", "tariff_row_no_overlap", TIERS),
        exclusion("logistics_tariff", "tariff_no_overlap", VERSIONS),
        migrations.RunSQL(KEEP, LET_GO),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
