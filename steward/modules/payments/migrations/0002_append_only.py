"""Let nobody rewrite the ledgers of money."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

LEDGERS = ("payments_entry", "payments_refund_step")
FUNCTION = """
CREATE FUNCTION payments_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION payments_append_only();"
    for table in LEDGERS
)
UNDO = "".join(f"DROP TRIGGER append_only ON {table};" for table in LEDGERS) + "DROP FUNCTION payments_append_only();"


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies: ClassVar = [("payments", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FUNCTION + ";" + TRIGGERS, UNDO)]
