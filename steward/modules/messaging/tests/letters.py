"""Somebody writes to us."""

from __future__ import annotations

from typing import Any

from steward.modules.messaging.commands import receiving
from steward.modules.messaging.queries import inbound
from steward.modules.messaging.rules.channels import Incoming, Sender, Taken
from steward.modules.messaging.tests.making import TESTER
from tests.make import NOW

MEI = Sender(name="梅子", email="Mei@example.com")


def letter(external_id: str = "1", **changes: Any) -> Incoming:
    """Write an e-mail of Mei's."""
    facts: dict[str, Any] = {
        "channel": "email",
        "box": "service",
        "external_id": external_id,
        "sender": MEI,
        "at": NOW,
        "subject": "帐篷少了一根杆",
        "text": "你好，收到的帐篷少了一根杆。",
    }
    return Incoming(**(facts | changes))


def take(*incoming: Incoming) -> list[Taken]:
    """Take messages in as a door would."""
    return receiving.receive(TESTER, incoming=incoming, now=NOW)


def view(taken: Taken) -> inbound.InboundView:
    """Read what was taken."""
    return inbound.received([taken.id])[0]
