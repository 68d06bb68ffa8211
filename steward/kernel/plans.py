"""How the planner is told what it cannot know: that a table which is small now will not stay so."""

from __future__ import annotations

from typing import Any
from weakref import WeakSet

from django.db import connection

BY_INDEX = (
    "SELECT set_config('enable_seqscan', 'off', %(local)s), set_config('enable_hashjoin', 'off', %(local)s), "
    "set_config('enable_mergejoin', 'off', %(local)s)"
)
_for_good: WeakSet[Any] = WeakSet()


def by_index() -> None:
    """Plan this transaction's statements by index, whatever the size of the tables.

    A prepared statement keeps its plan for as long as the connection lives. Planned on a fresh database it would read
    whole tables, which is cheap that day and ruins every batch once they have grown (measured: bulk intake fell to a
    quarter within ten thousand orders). The hot paths look up keys and nothing else, so an index is always right.
    """
    if connection.connection not in _for_good:
        with connection.cursor() as cursor:
            cursor.execute(BY_INDEX, {"local": True})


def by_index_for_good() -> None:
    """Plan everything on this connection by index: for a writer whose connection serves one hot path alone."""
    with connection.cursor() as cursor:
        cursor.execute(BY_INDEX, {"local": False})
    _for_good.add(connection.connection)
