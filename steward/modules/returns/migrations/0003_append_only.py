"""Let nobody rewrite what was found on goods that came back, nor how a refund was computed."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

TABLES = ("returns_inspection", "returns_quote_part")
TRIGGERS = "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION payments_append_only();"
    for table in TABLES
)
UNDO = "".join(f"DROP TRIGGER append_only ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    """Two triggers."""

    dependencies: ClassVar = [("returns", "0002_first_rows"), ("payments", "0002_append_only")]
    operations: ClassVar = [migrations.RunSQL(TRIGGERS, UNDO)]
