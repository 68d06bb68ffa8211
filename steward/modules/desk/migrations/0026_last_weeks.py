"""Keep which week a plan drew by itself, and who came to look after key customers apart from the log."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

# What the log tells of key customers so far.
PAST = """
INSERT INTO desk_key_agent_change (customer_id, before_id, after_id, at, by)
SELECT subject_id, (data ->> 'before_id')::bigint, (data ->> 'after_id')::bigint, at, left(actor, 80)
FROM kernel_event
WHERE kind = 'desk.key_agent_set' AND subject_kind = 'customer'
ORDER BY id
"""


class Migration(migrations.Migration):
    """Weeks of plans, changes of key agents (DSK-6, DSK-11)."""

    dependencies: ClassVar = [("desk", "0025_search_locks")]
    operations: ClassVar = [
        migrations.AddField("qualityplan", "last_drawn_week", models.DateField(null=True)),
        migrations.CreateModel(
            name="KeyAgentChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("customer_id", models.BigIntegerField()),
                ("before_id", models.BigIntegerField(null=True)),
                ("after_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
            ],
            options={
                "db_table": "desk_key_agent_change",
                "indexes": [models.Index(fields=["customer_id", "-id"], name="key_agent_change_of_customer")],
            },
        ),
        migrations.RunSQL(PAST, migrations.RunSQL.noop),
    ]
