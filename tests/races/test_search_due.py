"""A text that is changed while a worker reads what waits is never found by what it was."""

from __future__ import annotations

from threading import Event, Thread

import pytest
from django.db import connection, transaction

from steward.modules.desk.commands.indexing import read_texts
from steward.modules.desk.models import Message, SearchDue, SearchText
from steward.modules.desk.tests.words import DESK, customer, said, word
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PATIENCE_S = 60


def test_what_is_emptied_while_it_waits_to_be_read_is_not_found_by_what_it_was() -> None:
    said(word("我的隐私都写在这里", customer_id=customer()))
    message = Message.objects.get()
    emptied, looked = Event(), Event()

    def empty() -> None:
        try:
            with transaction.atomic():
                Message.objects.filter(id=message.id).update(text="")
                emptied.set()
                looked.wait(PATIENCE_S)
        finally:
            connection.close()

    eraser = Thread(target=empty)
    eraser.start()
    assert emptied.wait(PATIENCE_S)
    read_texts(DESK, now=make.NOW)
    looked.set()
    eraser.join(PATIENCE_S)
    read_texts(DESK, now=make.NOW)

    assert not SearchText.objects.filter(message=message).exists()
    assert not SearchDue.objects.exists()
