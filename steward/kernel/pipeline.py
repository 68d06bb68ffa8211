"""Several statements in one round trip, on the connection and in the transaction that Django holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, transaction
from django.db.utils import DatabaseError

Row = tuple[Any, ...]


class Pipeline:
    """Collects statements; reading a result sends what has gathered and waits for the answers up to it."""

    def __init__(self, raw: psycopg.Connection[Row]) -> None:
        self._raw = raw

    def send(self, statement: str, parameters: dict[str, Any] | None = None) -> psycopg.Cursor[Row]:
        """Queue a prepared statement; its rows are read later with `fetchall()`."""
        cursor = psycopg.Cursor(self._raw)
        cursor.execute(statement, parameters, prepare=True)
        return cursor


@contextmanager
def pipeline() -> Iterator[Pipeline]:
    """Open a pipeline inside the running transaction.

    Raises: the django.db error that the first failing statement means; RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a pipeline belongs to a transaction")
    connection.ensure_connection()
    raw: psycopg.Connection[Row] = connection.connection
    try:
        with connection.wrap_database_errors, raw.pipeline():
            yield Pipeline(raw)
    except (DatabaseError, psycopg.Error):
        transaction.set_rollback(True)
        raise
