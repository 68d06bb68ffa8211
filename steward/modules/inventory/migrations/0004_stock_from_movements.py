"""Turn the movements there are into lots and stock rows, say where warehouses lie, and let nobody rewrite the ledger."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from typing import ClassVar

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Where more had left a warehouse than ever came (the pool as a whole had enough), the row stays open below zero.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO inventory_lot (item_id, code) SELECT DISTINCT item_id, '' FROM inventory_movement ORDER BY item_id;
UPDATE inventory_movement AS movement SET lot_id = lot.id, on_hand_after = ledger.runs
FROM inventory_lot AS lot, (
    SELECT id, sum(quantity) OVER (PARTITION BY item_id, warehouse_id ORDER BY id) AS runs FROM inventory_movement
) AS ledger
WHERE lot.item_id = movement.item_id AND ledger.id = movement.id;
INSERT INTO inventory_stock (item_id, warehouse_id, lot_id, on_hand, allow_backorder)
SELECT item_id, warehouse_id, lot_id, sum(quantity), sum(quantity) < 0
FROM inventory_movement GROUP BY item_id, warehouse_id, lot_id ORDER BY item_id, warehouse_id;
INSERT INTO inventory_zone (warehouse_id, code, storage_class)
SELECT id, 'ambient', 'ambient' FROM inventory_warehouse
UNION
SELECT movement.warehouse_id, item.storage_class, item.storage_class
FROM inventory_movement AS movement JOIN catalog_item AS item ON item.id = movement.item_id;
SET CONSTRAINTS ALL DEFERRED;
"""
APPEND_ONLY = """
CREATE FUNCTION inventory_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory_movement
FOR EACH ROW EXECUTE FUNCTION inventory_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON inventory_promise_entry
FOR EACH ROW EXECUTE FUNCTION inventory_append_only();
"""
UNDO = """
DROP TRIGGER append_only ON inventory_movement;
DROP TRIGGER append_only ON inventory_promise_entry;
DROP FUNCTION inventory_append_only();
"""
RIGHTS = {
    "warehouse": "stock.purchase stock.count stock.plan",
    "logistics_coordinator": "stock.plan",
    "after_sales_manager": "stock.purchase stock.plan",
}


def locate(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give warehouses the coordinates of their district, where the table of codes knows it."""
    rows = list(apps.get_model("inventory", "Warehouse").objects.exclude(district_code=""))
    spec = importlib.util.find_spec("cpca")
    if not rows or spec is None or not spec.submodule_search_locations:
        return
    path = Path(spec.submodule_search_locations[0]) / "resources" / "adcodes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        known = {row["adcode"][:6]: row for row in csv.DictReader(file) if row["longitude"] and row["latitude"]}
    for row in rows:
        if place := known.get(row.district_code):
            row.latitude, row.longitude = float(place["latitude"]), float(place["longitude"])
            row.save(update_fields=["latitude", "longitude"])


def give(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give the roles that keep stock what they usually may do."""
    role, tick = apps.get_model("people", "Role"), apps.get_model("people", "RolePermission")
    for row in role.objects.filter(code__in=RIGHTS):
        for permission in RIGHTS[row.code].split():
            tick.objects.get_or_create(role=row, permission=permission)


class Migration(migrations.Migration):
    """Data, then what must hold from now on."""

    dependencies: ClassVar = [("inventory", "0003_stock_rows"), ("people", "0002_first_roles")]
    operations: ClassVar = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            "movement",
            "lot",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.lot"
            ),
        ),
        migrations.AlterField("movement", "on_hand_after", models.IntegerField()),
        migrations.RunSQL(APPEND_ONLY, UNDO),
        migrations.RunSQL(
            "ALTER TABLE inventory_stock SET (fillfactor = 50)", "ALTER TABLE inventory_stock RESET (fillfactor)"
        ),
        migrations.RunPython(locate, migrations.RunPython.noop),
        migrations.RunPython(give, migrations.RunPython.noop),
    ]
