"""Let the erasure of a customer empty what was remarked of cases and their goods, and surplus be noted once."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

# The words and pictures of a look at goods can be emptied and nothing else of it changed.
FUNCTION = """
CREATE FUNCTION returns_inspection_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.note = '' AND NEW.attachments = '{}'
        AND to_jsonb(NEW) - 'note' - 'attachments' = to_jsonb(OLD) - 'note' - 'attachments' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'returns_inspection is only added to; words and pictures can only be erased'
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON returns_inspection;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON returns_inspection
FOR EACH ROW EXECUTE FUNCTION returns_inspection_kept();
"""
UNDO = """
DROP TRIGGER append_only ON returns_inspection;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON returns_inspection
FOR EACH ROW EXECUTE FUNCTION payments_append_only();
DROP FUNCTION returns_inspection_kept();
"""
KEYS = "UPDATE returns_surplus SET key = 'row ' || id"


class Migration(migrations.Migration):
    """A trigger, two columns, one key."""

    dependencies: ClassVar = [("returns", "0011_looked_at")]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTION, UNDO),
        migrations.AddField("case", "remark", models.CharField(max_length=400, blank=True, db_default="")),
        migrations.AddField("surplus", "key", models.CharField(max_length=64, db_default="")),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.AlterField("surplus", "key", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "surplus", models.UniqueConstraint(fields=["case", "key"], name="surplus_noted_once")
        ),
    ]
