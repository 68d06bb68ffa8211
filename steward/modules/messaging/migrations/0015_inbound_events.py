"""What came in is numbered apart from what leaves: events that told of it under the other's name get their own."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

# The log may be long: a range of ids at a time, each committed by itself, so that nothing waits and nothing is lost
# where it breaks off. What is renamed already is not looked for again.
RENAME = """
DO $$
DECLARE
    first bigint;
    last bigint;
BEGIN
    SELECT min(id), max(id) INTO first, last FROM kernel_event;
    WHILE first <= last LOOP
        UPDATE kernel_event
        SET subject_kind = '%(new)s',
            data = data - '%(old)s_id' || jsonb_build_object('%(new)s_id', data -> '%(old)s_id')
        WHERE id >= first AND id < first + 20000
            AND kind = 'messaging.message_received' AND subject_kind = '%(old)s';
        COMMIT;
        first := first + 20000;
    END LOOP;
END
$$
"""


class Migration(migrations.Migration):
    """Name the subject of `messaging.message_received`."""

    atomic = False
    dependencies: ClassVar = [("messaging", "0014_form_texts"), ("kernel", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(
            RENAME % {"old": "message", "new": "inbound"},
            RENAME % {"old": "inbound", "new": "message"},
        )
    ]
