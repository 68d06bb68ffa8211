"""Wait for what readers of the event log wait for: that no older transaction is open on the server.

Tests that run beside this one have databases of their own on the same server, and their open transactions hold the
horizon back for all.
"""

from __future__ import annotations

import time

from django.db import connection

PASSED = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > coalesce(max(transaction), 0) FROM kernel_event
"""
PATIENCE_S = 120


def passed() -> None:
    """Wait until everything recorded so far may be read. Raises: TimeoutError."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(PASSED)
            (is_past,) = cursor.fetchone()
        if is_past:
            return
        time.sleep(0.05)
    raise TimeoutError("a transaction on this server stays open")
