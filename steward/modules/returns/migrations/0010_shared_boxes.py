"""Let one box bring pieces of several cases, and parcels be called off."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """One key for another."""

    dependencies: ClassVar = [("returns", "0009_case_worth")]
    operations: ClassVar = [
        migrations.AddField("parcel", "cancelled_at", models.DateTimeField(null=True)),
        migrations.AlterField("parcel", "shipment_id", models.BigIntegerField(null=True)),
        migrations.AddConstraint(
            "parcel",
            models.UniqueConstraint(
                fields=["case", "shipment_id"], condition=Q(cancelled_at=None), name="return_parcel_once"
            ),
        ),
        migrations.AddIndex("parcel", models.Index(fields=["shipment_id"], name="return_parcel_shipment")),
    ]
