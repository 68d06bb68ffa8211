"""Events of what came in are renamed in the whole log, there and back."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection, transaction

from steward.kernel import events
from steward.kernel.models import Event
from steward.modules.messaging.events import MessageReceived
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
MIGRATION = import_module("steward.modules.messaging.migrations.0015_inbound_events").Migration


def ran(sql: str) -> tuple[str, dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    row = Event.objects.get(kind="messaging.message_received")
    return row.subject_kind, row.data


def test_the_log_is_renamed_outside_a_transaction_and_back() -> None:
    (rename,) = MIGRATION.operations
    told = MessageReceived(inbound_id=7, channel="email", box="a", automatic="", customer_id=None)
    with transaction.atomic():
        events.record(make.TESTER, [told])

    kind, data = ran(rename.reverse_sql)
    assert (kind, data["message_id"], "inbound_id" in data) == ("message", 7, False)
    kind, data = ran(rename.sql)
    assert (kind, data["inbound_id"], "message_id" in data) == ("inbound", 7, False)
    assert not MIGRATION.atomic
