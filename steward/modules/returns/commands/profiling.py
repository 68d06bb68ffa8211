"""Measure every night how much customers of each shop send back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from steward.kernel import sql
from steward.kernel.actor import Actor
from steward.kernel.command import command

PACKAGE = "steward.modules.returns"
REACH = timedelta(days=365)


@command(needs="returns.view")
def profile_shops(actor: Actor, *, now: datetime) -> int:
    """Compute the return rates of every shop's customers over the last year, by value. Returns how many shops.

    One statement; a second run computes the same.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql.load(PACKAGE, "profile_shops"), {"since": now - REACH, "now": now})
        return int(cursor.rowcount)
