"""Let the step by which the customer hears what is done end the clocks of preliminary solution and substantive reply."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

# Of the flows as they were first written; what people changed since is theirs.
GIVE = """
UPDATE desk_flow
SET steps = (
    SELECT jsonb_agg(
        CASE WHEN step ->> 'code' IN ('propose', 'tell')
             THEN step || '{"gives": ["preliminary_solution", "substantive_reply"]}'::jsonb ELSE step END ORDER BY place)
    FROM jsonb_array_elements(steps) WITH ORDINALITY AS one (step, place)
)
WHERE active AND set_by = 'system:seed'
"""


class Migration(migrations.Migration):
    """Say which steps give a solution."""

    dependencies: ClassVar = [("desk", "0019_outcomes")]
    operations: ClassVar = [migrations.RunSQL(GIVE, migrations.RunSQL.noop)]
