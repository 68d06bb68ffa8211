"""Let the database refuse tiers of a lane and versions of a tariff that overlap."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

GRAMS, DAYS = 2**32, 2**24
TIERS = f"int8range(lane_id * {GRAMS} + from_g, lane_id * {GRAMS} + coalesce(to_g, {GRAMS - 1}))"
FIRST, LAST = "(valid_from - date '2000-01-01')", "(valid_until - date '2000-01-01')"
VERSIONS = f"int8range(service_id * {DAYS} + {FIRST}, service_id * {DAYS} + coalesce({LAST} + 1, {DAYS - 1}))"


def exclusion(table: str, name: str, span: str) -> migrations.RunSQL:
    """Forbid two rows of one owner whose spans overlap; looked at when the transaction's statement ends."""
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} EXCLUDE USING gist (({span}) WITH &&)",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    """Two exclusion constraints."""

    dependencies: ClassVar = [("logistics", "0001_initial")]
    operations: ClassVar = [
        exclusion("logistics_tariff_row", "tariff_row_no_overlap", TIERS),
        exclusion("logistics_tariff", "tariff_no_overlap", VERSIONS),
    ]
