"""Let a piece know when it was looked at last, so that what waits for it is found without reading all."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

FILL = """
UPDATE returns_piece AS piece SET inspected_at = looked.at
FROM (SELECT piece_id, max(inspected_at) AS at FROM returns_inspection GROUP BY piece_id) AS looked
WHERE looked.piece_id = piece.id
"""


class Migration(migrations.Migration):
    """One column, one index."""

    dependencies: ClassVar = [("returns", "0010_shared_boxes")]
    operations: ClassVar = [
        migrations.AddField("piece", "inspected_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            "piece",
            models.Index(
                fields=["case"],
                condition=Q(reception="received", inspected_at=None) & ~Q(acceptance="rejected"),
                name="piece_to_inspect",
            ),
        ),
    ]
