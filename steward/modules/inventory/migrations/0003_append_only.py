"""Let nobody rewrite the ledgers of stock and promises."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

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


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies: ClassVar = [("inventory", "0002_room_to_update_in_place")]
    operations: ClassVar = [migrations.RunSQL(APPEND_ONLY, UNDO)]
