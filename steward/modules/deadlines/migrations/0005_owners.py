"""Let the history say between whom a subject changed hands, and find quickly what runs under somebody."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

HAPPENINGS = (
    "paused",
    "resumed",
    "recomputed",
    "due_set",
    "due_released",
    "warned",
    "breached",
    "breach_withdrawn",
    "escalated",
    "reassigned",
    "not_reassigned",
    "reopened",
    "cancelled",
)


class Migration(migrations.Migration):
    """Add owners to the history and an index over open clocks that somebody has."""

    dependencies: ClassVar = [("deadlines", "0004_limits_of_service")]
    operations: ClassVar = [
        migrations.RemoveConstraint(model_name="history", name="history_what"),
        migrations.AddField(model_name="history", name="owner_before", field=models.BigIntegerField(null=True)),
        migrations.AddField(model_name="history", name="owner_after", field=models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            model_name="history",
            constraint=models.CheckConstraint(condition=Q(what__in=HAPPENINGS), name="history_what"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                fields=["owner_id"],
                condition=Q(owner_id__isnull=False, stopped_at__isnull=True),
                name="clock_of_owner",
            ),
        ),
    ]
