"""Keep what each kind of provider needs, how it answered, and whether it works at all."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Seven columns, all with a default, and what ties two of them."""

    dependencies: ClassVar = [("payments", "0003_refunds_by_approvals")]
    operations: ClassVar = [
        migrations.AddField("provider", "settings", models.JSONField(default=dict, db_default={})),
        migrations.AddField("provider", "sealed_keys", models.BinaryField(null=True)),
        migrations.AddField("provider", "checked_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "provider", "check_fault", models.CharField(blank=True, db_default="", default="", max_length=80)
        ),
        migrations.AddField("provider", "down_count", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("provider", "down_since", models.DateTimeField(null=True)),
        migrations.AddField("provider", "probe_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "provider",
            models.CheckConstraint(
                condition=Q(down_since=None, probe_at=None) | Q(down_since__isnull=False, probe_at__isnull=False),
                name="provider_down_is_probed",
            ),
        ),
    ]
