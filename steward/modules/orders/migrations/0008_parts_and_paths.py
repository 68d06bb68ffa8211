"""Let parts of a split order remember the whole, empty what declined changes kept, and give checks their search path."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

FUNCTIONS = (
    "orders_order_added",
    "orders_line_added",
    *(
        f"{name}_{kind}"
        for name in ("orders_order_shop_id", "orders_order_customer_id", "orders_line_order_id", "orders_line_item_id")
        for kind in ("refers", "kept")
    ),
)
# What was split before this knows its whole by its parts, those of parts included.
WHOLE = """
WITH RECURSIVE family (root, id, total_minor, merged_into_id) AS (
    SELECT id, id, total_minor, merged_into_id FROM orders_order AS root
    WHERE split_from_id IS NULL AND EXISTS (SELECT FROM orders_order AS part WHERE part.split_from_id = root.id)
    UNION ALL
    SELECT family.root, part.id, part.total_minor, part.merged_into_id
    FROM orders_order AS part JOIN family ON part.split_from_id = family.id
)
UPDATE orders_order AS one SET whole_minor = whole.total_minor
FROM family JOIN (
    SELECT root, sum(total_minor) AS total_minor FROM family WHERE merged_into_id IS NULL GROUP BY root
) AS whole USING (root)
WHERE one.id = family.id;
"""


class Migration(migrations.Migration):
    """One column without a rewrite of the table, and functions as kernel/references.py makes them now."""

    dependencies: ClassVar = [("orders", "0007_hours_of_teams")]
    operations: ClassVar = [
        migrations.AddField(
            "order",
            "whole_minor",
            models.BigIntegerField(
                db_default=0, help_text="A part of a split order: the total before, by which its audit is judged"
            ),
        ),
        migrations.RunSQL(WHOLE, migrations.RunSQL.noop),
        migrations.RunSQL(
            "UPDATE orders_change SET sealed = NULL WHERE state = 'declined' AND sealed IS NOT NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "".join(f"ALTER FUNCTION {name}() SET search_path FROM CURRENT;" for name in FUNCTIONS),
            "".join(f"ALTER FUNCTION {name}() RESET search_path;" for name in FUNCTIONS),
        ),
    ]
