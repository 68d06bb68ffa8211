"""Let a case know what its pieces are worth, whether or not so much was paid."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """One column; what was quoted is the least a case can be worth."""

    dependencies: ClassVar = [("returns", "0008_nothing_due")]
    operations: ClassVar = [
        migrations.AddField("case", "worth_minor", models.BigIntegerField(db_default=0)),
        migrations.RunSQL("UPDATE returns_case SET worth_minor = quoted_minor", migrations.RunSQL.noop),
        migrations.RemoveConstraint("case", "case_money_positive"),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(quoted_minor__gte=0, worth_minor__gte=F("quoted_minor"), refunded_minor__gte=0),
                name="case_money_positive",
            ),
        ),
    ]
