"""Let a limit count by the calendar of its owner's team, and mending do so once somebody has it in hand.

Where nobody has it, it counts by the hours of the house as before.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

BY_TEAM = """
UPDATE deadlines_policy SET team_calendar = true
WHERE subject_kind = 'order' AND clock_kind = 'order_mend' AND set_by = 'system:seed'
"""


class Migration(migrations.Migration):
    """Two columns, and what follows them from the start."""

    dependencies: ClassVar = [("deadlines", "0002_first_policies")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="policy", name="team_calendar", field=models.BooleanField(db_default=False, default=False)
        ),
        migrations.AddField(model_name="clock", name="calendar", field=models.CharField(max_length=40, null=True)),
        migrations.RunSQL(BY_TEAM, migrations.RunSQL.noop),
    ]
