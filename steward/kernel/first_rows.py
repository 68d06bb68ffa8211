"""The rows that a fresh installation begins with, as an operation of migrations.

`RunPython` has Django render the models of all modules once more, which takes longer than everything else a seed does;
this takes names, tables and defaults from the state as it is and adds all rows of a table with one statement. Types are
the table's: a list becomes an array or JSON, "now" the time of the transaction. Why: docs/decisions/0023.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

Row = Mapping[str, Any]


class FirstRows(Operation):
    """Add rows to the table of a model. Taken back they stay, and what stands already is not added again.

    The model is one of the migration's own module, or "people.RolePermission". `rows` is asked when the migration runs.
    What a row leaves out has the field's default. `by` says for a foreign key which field of the other model the rows
    name it by.
    Raises: LookupError when a row refers to what is not there, or rows leave out different columns of the database's.
    """

    def __init__(self, model: str, rows: Callable[[], Iterable[Row]], *, by: Mapping[str, str] | None = None) -> None:
        self.model = model
        self.rows = rows
        self.by = by or {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Add the rows in their order."""
        label, _, name = self.model.rpartition(".")
        model = to_state.models[label or app_label, name.lower()]
        rows = [_whole(row, model) for row in self.rows()]
        for field, key in self.by.items():
            ids = _ids(schema_editor, to_state, model.fields[field], key)
            for row in rows:
                row[field] = ids[row[field]]
        if any(row.keys() != rows[0].keys() for row in rows):
            raise LookupError(f"rows of {model.name} name different columns")
        columns = {name: f"{name}_id" if model.fields[name].is_relation else name for name in rows[0]}
        named = [{columns[name]: value for name, value in row.items()} for row in rows]
        table = schema_editor.quote_name(_table(model))
        listed = ", ".join(schema_editor.quote_name(column) for column in columns.values())
        given = f"SELECT {listed} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)"  # noqa: S608  (names, quoted)
        schema_editor.execute(
            f"INSERT INTO {table} ({listed}) {given} ON CONFLICT DO NOTHING", [json.dumps(named, ensure_ascii=False)]
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Leave the rows: people may have changed them, and others may refer to them."""

    def describe(self) -> str:
        """Say what is added."""
        return f"First rows of {self.model}"


def _whole(row: Row, model: ModelState) -> dict[str, Any]:
    """Give a row the defaults of what it leaves out, except those that the database has."""
    if unknown := row.keys() - model.fields.keys():
        raise LookupError(f"{model.name} has no {', '.join(sorted(unknown))}")
    return {
        name: row[name] if name in row else None if field.is_relation else field.get_default()
        for name, field in model.fields.items()
        if name in row or field.has_default() or not (field.primary_key or field.has_db_default() or field.many_to_many)
    }


def _ids(
    schema_editor: BaseDatabaseSchemaEditor, state: ProjectState, field: models.Field[Any, Any], key: str
) -> dict[Any, int]:
    """Read by which id each key of the other model goes."""
    other = state.models[tuple(str(field.deconstruct()[3]["to"]).lower().split("."))]
    table, column = schema_editor.quote_name(_table(other)), schema_editor.quote_name(key)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT {column}, id FROM {table}")  # noqa: S608  (names of models, quoted)
        return dict(cursor.fetchall())


def _table(model: ModelState) -> str:
    return str(model.options["db_table"])
