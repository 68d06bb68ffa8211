"""Write fields of many rows back with one short statement.

Django's bulk_update writes a CASE with a branch per row and field, which takes longer to build and to plan than the
rows take to write; this sends one array per field. Measured with 16 tickets of 7 fields: a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models


def write_rows(rows: Collection[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of rows of one table, found by their key. Fields that are arrays go Django's way."""
    if not rows:
        return
    model = type(next(iter(rows)))
    by_name = {name: field for field in model._meta.fields for name in (field.attname, field.name)}
    columns: list[models.Field[Any, Any]] = [model._meta.pk, *(by_name[name] for name in fields)]
    kinds = [str(column.rel_db_type(connection)) for column in columns[:1]]
    kinds += [str(column.db_type(connection)) for column in columns[1:]]
    if any("[" in kind for kind in kinds):
        model._default_manager.bulk_update(rows, fields)
        return
    names = [connection.ops.quote_name(str(column.column)) for column in columns]
    values = [[column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows] for column in columns]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    moves = ", ".join(f"{name} = fresh.{name}" for name in names[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            # Names are those of the models, never somebody's words.
            f"UPDATE {connection.ops.quote_name(model._meta.db_table)} AS target SET {moves} "  # noqa: S608
            f"FROM unnest({arrays}) AS fresh ({', '.join(names)}) WHERE target.{names[0]} = fresh.{names[0]}",
            values,
        )
