"""Count how often a job was rescued from a dead worker, apart from its tries."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A counter per job."""

    dependencies: ClassVar = [("kernel", "0002_event_feed")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="JobRescue",
            fields=[
                ("job_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("rescues", models.PositiveIntegerField()),
            ],
            options={"db_table": "kernel_job_rescue"},
        ),
    ]
