"""Note every text that is new or changed in its own transaction, and all that are there already."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

NEW = """
CREATE FUNCTION desk_search_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk_search_due (what, row_id)
    SELECT '{what}', id FROM fresh WHERE {column} <> '' ORDER BY id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION desk_search_note_{table}();
"""
# First the note, which waits for a worker that is just reading the text; then what it has written can be seen.
CHANGED = """
CREATE FUNCTION desk_search_renew_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk_search_due (what, row_id) VALUES ('{what}', NEW.id) ON CONFLICT DO NOTHING;
    DELETE FROM desk_search WHERE {what}_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER search_changed AFTER UPDATE OF {column} ON {table} FOR EACH ROW
    WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION desk_search_renew_{table}();
"""
UNDO = """
DROP TRIGGER search_new ON {table};
DROP TRIGGER search_changed ON {table};
DROP FUNCTION desk_search_note_{table}();
DROP FUNCTION desk_search_renew_{table}();
"""
PRESENT = """
INSERT INTO desk_search_due (what, row_id) SELECT '{what}', id FROM {table} WHERE {column} <> '' ORDER BY id
ON CONFLICT DO NOTHING
"""
READ = (
    {"what": "message", "table": "desk_message", "column": "text"},
    {"what": "ticket", "table": "desk_ticket", "column": "subject"},
)


class Migration(migrations.Migration):
    """Triggers, and the texts of before (DSK-10)."""

    dependencies: ClassVar = [("desk", "0011_search")]
    operations: ClassVar = [
        *(migrations.RunSQL(NEW.format(**one) + CHANGED.format(**one), UNDO.format(**one)) for one in READ),
        *(migrations.RunSQL(PRESENT.format(**one), migrations.RunSQL.noop) for one in READ),
    ]
