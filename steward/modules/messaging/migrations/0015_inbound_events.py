"""What came in is numbered apart from what leaves: events that told of it under the other's name get their own."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

RENAME = """
UPDATE kernel_event
SET subject_kind = 'inbound', data = data - 'message_id' || jsonb_build_object('inbound_id', data -> 'message_id')
WHERE kind = 'messaging.message_received' AND subject_kind = 'message'
"""


class Migration(migrations.Migration):
    """Name the subject of `messaging.message_received`."""

    dependencies: ClassVar = [("messaging", "0014_form_texts"), ("kernel", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(RENAME, migrations.RunSQL.noop)]
