"""Let a note of a changed text lock the note that is there, so that nobody reads the old text meanwhile.

Texts with numbers or addresses in them are read again: more ways of writing them are known as personal.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

# ON CONFLICT DO NOTHING locks nothing: a worker could take the note and read the text of before the change.
LOCKS = "ON CONFLICT (what, row_id) DO UPDATE SET what = excluded.what"
FORMER = "ON CONFLICT DO NOTHING"
NOTES = """
CREATE OR REPLACE FUNCTION desk_search_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk_search_due (what, row_id)
    SELECT '{what}', id FROM fresh WHERE {column} <> '' ORDER BY id
    {conflict};
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION desk_search_renew_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO desk_search_due (what, row_id) VALUES ('{what}', NEW.id) {conflict};
    DELETE FROM desk_search WHERE {what}_id = NEW.id;
    RETURN NULL;
END
$$;
"""
AGAIN = """
INSERT INTO desk_search_due (what, row_id)
SELECT '{what}', id FROM {table} WHERE {column} ~ '[0-9０-９@＠]' ORDER BY id
ON CONFLICT DO NOTHING
"""
READ = (
    {"what": "message", "table": "desk_message", "column": "text"},
    {"what": "ticket", "table": "desk_ticket", "column": "subject"},
)


class Migration(migrations.Migration):
    """Notes that lock (DSK-10)."""

    dependencies: ClassVar = [("desk", "0024_complaint_mends")]
    operations: ClassVar = [
        *(migrations.RunSQL(NOTES.format(**one, conflict=LOCKS), NOTES.format(**one, conflict=FORMER)) for one in READ),
        *(migrations.RunSQL(AGAIN.format(**one), migrations.RunSQL.noop) for one in READ),
    ]
