"""Foreign keys of hot tables, checked once per statement: what the new rows refer to is looked up as a set.

PostgreSQL checks a foreign key row by row, a query each; an order of three lines costs eight of them, and an import of
half a million lines a million. In small statements a trigger's call costs what it saves; it pays in bulk. A field with
`db_constraint=False` that a migration hands to `checked_by_statement` is held to its parent by triggers, with the
same locks: a statement that adds rows locks their parents `FOR KEY SHARE` and refuses with `foreign_key_violation`
where one is missing, as does a row that comes to refer to another parent, and a parent that is deleted or given another
key under its rows (at commit, like a deferred key). Why: docs/decisions/0007.

What differs from a foreign key:

- Parents come before their rows, at the latest in the same statement; the key it stands for waited until commit.
- `TRUNCATE` of a parent is checked in its statement, by what is left of the rows then: rows and parents go in one
  `TRUNCATE`, or the rows first. A foreign key refuses any `TRUNCATE` that does not name both.
- `pg_dump` does not know that a table needs another. A whole restore makes triggers last and is not concerned; one of
  data alone (`--data-only`) needs its tables in order (parents first), or `--disable-triggers`, which checks nothing.
  The functions bring the search path they were made with, because a restore empties it.
- With `session_replication_role = replica` nothing is checked, as with foreign keys; but a foreign key says in the
  catalogue what it holds, these say it only here.
- Parents are deleted in read committed transactions only.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import migrations

# NOT EXISTS with a lock inside is asked row by row through the primary key, whatever the planner thinks of the sizes.
LOOK = """
    SELECT wanted.{column} INTO lost FROM (SELECT DISTINCT {column} FROM fresh WHERE {column} IS NOT NULL) AS wanted
    WHERE NOT EXISTS (SELECT FROM {parent} AS parent WHERE parent.id = wanted.{column} FOR KEY SHARE) LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING TABLE = '{table}', CONSTRAINT = '{table}_{column}_refers',
            MESSAGE = format('{table}: {column} %s is not in {parent}', lost);
    END IF;"""
ADDED = """
CREATE FUNCTION {table}_added() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE lost bigint;
BEGIN{looks}
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_added();
"""
CHANGED = """
CREATE FUNCTION {table}_{column}_refers() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM {parent} AS parent WHERE parent.id = NEW.{column} FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING TABLE = '{table}', CONSTRAINT = '{table}_{column}_refers',
            MESSAGE = format('{table}: {column} %s is not in {parent}', NEW.{column});
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_{column}_refers AFTER UPDATE OF {column} ON {table} FOR EACH ROW
    WHEN (NEW.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})
    EXECUTE FUNCTION {table}_{column}_refers();
"""
# Read committed sees, after the lock that a new row holds is gone, that row too; a fixed snapshot would not.
KEPT = """
CREATE FUNCTION {table}_{column}_kept() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE lost bigint;
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE feature_not_supported USING MESSAGE = 'rows of {parent} go in read committed transactions only';
    END IF;
    IF TG_OP = 'TRUNCATE' THEN
        SELECT {column} INTO lost FROM {table} WHERE {column} IS NOT NULL LIMIT 1;
    ELSE
        SELECT {column} INTO lost FROM {table}
        WHERE {column} = OLD.id AND NOT EXISTS (SELECT FROM {parent} AS parent WHERE parent.id = OLD.id) LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE foreign_key_violation USING TABLE = '{table}', CONSTRAINT = '{table}_{column}_refers',
            MESSAGE = format('{parent}: {table} still refers to %s', lost);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {table}_{column}_kept AFTER DELETE ON {parent} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION {table}_{column}_kept();
CREATE CONSTRAINT TRIGGER {table}_{column}_kept_id AFTER UPDATE OF id ON {parent} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION {table}_{column}_kept();
CREATE TRIGGER {table}_{column}_kept_rows AFTER TRUNCATE ON {parent}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_{column}_kept();
"""
UNDO = """
DROP FUNCTION {table}_{column}_refers() CASCADE;
DROP FUNCTION {table}_{column}_kept() CASCADE;
"""


def checked_by_statement(table: str, parents: Mapping[str, str]) -> migrations.RunSQL:
    """Hold columns of a table to the ids of their parents (column → table), in place of foreign keys.

    Belongs behind the operation that makes the columns, with `db_constraint=False`.
    """
    names = [{"table": table, "column": column, "parent": parent} for column, parent in parents.items()]
    looks = "".join(LOOK.format(**each) for each in names)
    forward = ADDED.format(table=table, looks=looks) + "".join((CHANGED + KEPT).format(**each) for each in names)
    backward = f"DROP FUNCTION {table}_added() CASCADE;" + "".join(UNDO.format(**each) for each in names)
    return migrations.RunSQL(forward, backward)
