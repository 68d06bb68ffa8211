"""Let an exception that somebody has count by the hours of their team; an urgent one stays 24×7."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

BY_TEAM = """
UPDATE deadlines_policy SET team_calendar = true
WHERE subject_kind = 'exception' AND clock_kind = 'exception_solve' AND code IN ('', 'high') AND set_by = 'system:seed'
"""


class Migration(migrations.Migration):
    """Hours of exceptions."""

    dependencies: ClassVar = [("orders", "0006_first_exceptions"), ("deadlines", "0003_hours_of_teams")]
    operations: ClassVar = [migrations.RunSQL(BY_TEAM, migrations.RunSQL.noop)]
