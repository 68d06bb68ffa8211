"""Make the table in which sign-in counts attempts and remembers used codes, for all machines together."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE people_attempt_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX people_attempt_cache_expires ON people_attempt_cache (expires);
"""


class Migration(migrations.Migration):
    """Add the table as Django's database cache expects it."""

    dependencies: ClassVar = [("people", "0002_first_roles")]
    operations: ClassVar = [migrations.RunSQL(CREATE, "DROP TABLE people_attempt_cache")]
