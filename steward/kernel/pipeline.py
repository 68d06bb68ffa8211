"""Several statements in one round trip, on the connection and in the transaction that Django holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection, transaction
from django.db.utils import DatabaseError


@contextmanager
def pipeline() -> Iterator[None]:
    """Let the statements inside gather; reading a result sends what has gathered and waits for the answers up to it.

    Commands of other modules called inside take part without knowing: what they do not read costs no round trip.
    Raises: the django.db error of the first failing statement; RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a pipeline belongs to a transaction")
    connection.ensure_connection()
    try:
        with connection.wrap_database_errors, connection.connection.pipeline():
            yield
    except (DatabaseError, psycopg.Error):
        transaction.set_rollback(True)
        raise
