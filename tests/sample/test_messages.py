"""The sample merchant has said something to its buyers, and none of it leaves the house."""

from __future__ import annotations

import pytest

from steward.kernel import moment
from steward.modules.messaging.commands import sending
from steward.modules.messaging.queries import notices, outbox
from steward.sample import messages
from steward.sample.people import Crew
from tests import make

pytestmark = pytest.mark.django_db


def test_buyers_and_staff_were_told_and_nothing_leaves() -> None:
    make.item(stock=5)
    make.order("A-1")
    make.order("A-2", payments=[make.payment()])
    crew = Crew()
    crew.let_in()

    queued = messages.tell(crew, make.NOW)
    with moment.frozen(make.NOW):
        sending.deliver_due(make.TESTER)

    rows = outbox.messages_page().rows
    assert queued == 4
    assert {(row.state, row.carrier) for row in rows} == {("sent", "development")}
    assert notices.unread_count(crew.first("administrator").staff_id or 0) == 2
    assert messages.tell(crew, make.NOW) == 4
    assert len(outbox.messages_page().rows) == 4
