"""Leave room on the pages of promises and stock: every order updates them, and an update in place touches no index."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


def half_full(table: str) -> migrations.RunSQL:
    """Fill half of each page."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} SET (fillfactor = 50)", f"ALTER TABLE {table} RESET (fillfactor)"
    )


class Migration(migrations.Migration):
    """Set the fill factor."""

    dependencies: ClassVar = [("inventory", "0001_initial")]
    operations: ClassVar = [half_full("inventory_promise"), half_full("inventory_stock")]
