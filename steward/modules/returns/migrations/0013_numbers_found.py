"""Find cases by the numbers people type and scan without reading all."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    """Three indexes."""

    dependencies: ClassVar = [("returns", "0012_erasure_and_keys")]
    operations: ClassVar = [
        migrations.AddIndex("case", models.Index(fields=["order_number"], name="case_order_number")),
        migrations.AddIndex("case", models.Index(fields=["outside_number"], name="case_outside_number")),
        migrations.AddIndex("parcel", models.Index(Upper("tracking_number"), name="return_parcel_tracking")),
    ]
