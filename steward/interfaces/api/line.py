"""The intake writer's own line to the database: planned for its statements, looked at before each batch."""

from __future__ import annotations

import select

import structlog
from django.conf import settings
from django.db import connection

from steward.kernel import plans

log = structlog.get_logger(__name__)


def prepare() -> None:
    """Plan the hot statements once, for any values: on this connection only, elsewhere it defeats partial indexes.

    A line that was cut since the last batch is replaced, so that the first orders after the database was started again
    go in like any others.
    """
    if connection.connection is not None and _is_cut():
        log.warning("intake_line_replaced")
        drop()
    if connection.connection is not None or settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"):
        return
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
    plans.by_index_for_good()


def drop() -> None:
    """Close the line for good: given back to the pool, its way of planning would go on to others."""
    if connection.connection is not None:
        connection.connection.close()
    connection.close()


def _is_cut() -> bool:
    """Ask the operating system, not the server: on an idle line nothing comes in, but the end of it does."""
    line = connection.connection
    if line.closed:
        return True
    look = select.poll()
    look.register(line.fileno(), select.POLLIN)
    return bool(look.poll(0))
