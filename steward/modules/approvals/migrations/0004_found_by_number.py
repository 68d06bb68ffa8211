"""Let the search find requests by the number people know."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index."""

    dependencies: ClassVar = [("approvals", "0003_limits_per_currency")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name="request",
            index=models.Index(fields=["subject_number", "-id"], name="approval_number"),
        ),
    ]
