"""Let what was judged, held and noted only be added to."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

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
NOTES = """
CREATE FUNCTION orders_exception_note_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ROW(NEW.id, NEW.case_id, NEW.at, NEW.actor, NEW.what, '')
        IS NOT DISTINCT FROM ROW(OLD.id, OLD.case_id, OLD.at, OLD.actor, OLD.what, NEW.text) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'notes of exceptions are only added to; their text can only be erased';
END $$;
CREATE TRIGGER orders_exception_note_kept BEFORE UPDATE ON orders_exception_note
    FOR EACH ROW EXECUTE FUNCTION orders_exception_note_append_only();
"""
NOTES_UNDO = """
DROP TRIGGER orders_exception_note_kept ON orders_exception_note;
DROP FUNCTION orders_exception_note_append_only();
"""


class Migration(migrations.Migration):
    """Triggers."""

    dependencies: ClassVar = [("orders", "0002_checked_by_statement")]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTION + ";" + TRIGGERS, UNDO),
        migrations.RunSQL(NOTES, NOTES_UNDO),
    ]
