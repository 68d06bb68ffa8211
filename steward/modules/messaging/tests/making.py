"""Somebody to write to, and somebody who carries it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils.module_loading import import_string

from steward.kernel import ports
from steward.kernel.actor import Actor, system
from steward.modules.customers.commands.matching import match_customers
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.messaging import commands
from steward.modules.messaging.ports import Receipt
from steward.modules.messaging.rules.outgoing import Notice, Outgoing


def customer(
    name: str = "梅子", *, phone: str = "+8613812345521", email: str = "mei@example.com", simulated: bool = False
) -> int:
    """Let a customer be known (once, by phone and e-mail); return their id."""
    known = [(kind, value) for kind, value in (("phone", phone), ("email", email)) if value] or [("name", name)]
    with transaction.atomic():
        buyer = Buyer(known, Profile(name=name, phone=phone, email=email))
        (match,) = match_customers([buyer], simulated=[simulated])
    assert match is not None
    return match.customer_id


class Pigeon:
    """A carrier that keeps what it carries; `answers` say what becomes of the next messages (then all is sent)."""

    name = "pigeon"
    leaves_the_house = False

    def __init__(self, *answers: Receipt | BaseException, is_idempotent: bool = False) -> None:
        self.is_idempotent = is_idempotent
        self.answers = list(answers)
        self.carried: list[Any] = []

    def send(self, letter: Any) -> Receipt:
        """Carry one message."""
        self.carried.append(letter)
        answer = self.answers.pop(0) if self.answers else Receipt("sent", reference=f"p-{len(self.carried)}")
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def __call__(self) -> Pigeon:
        """Be found by the port."""
        return self


def carried_by(monkeypatch: pytest.MonkeyPatch, *, mail: Pigeon | None = None, sms: Pigeon | None = None) -> None:
    """Bind the ports of messaging to pigeons for one test."""
    page = import_string("steward.subscriptions.CONNECTORS")
    for port, pigeon in (("messaging.mail", mail or Pigeon()), ("messaging.sms", sms or Pigeon())):
        PIGEONS[port] = pigeon
        monkeypatch.setitem(page, port, f"{__name__}.{port.replace('.', '_')}")
    ports.bound.cache_clear()


PIGEONS: dict[str, Pigeon] = {}


def messaging_mail() -> Pigeon:
    """Return the pigeon that carries e-mails."""
    return PIGEONS["messaging.mail"]


def messaging_sms() -> Pigeon:
    """Return the pigeon that carries short messages."""
    return PIGEONS["messaging.sms"]


MONEY = {"minor": 19_900, "currency": "CNY"}
TESTER = system("tests")


def outgoing(**changes: Any) -> Outgoing:
    """Say that an order came in."""
    facts: dict[str, Any] = {
        "template": "order_received",
        "customer_id": changes.pop("customer_id", None) or customer(),
        "subject_kind": "order",
        "subject_id": 1,
        "params": {"order_number": "SO-2026-000001", "total": MONEY},
        "dedupe_key": "order:1:received",
    }
    return Outgoing(**(facts | changes))


def queued(*messages: Outgoing, now: datetime) -> list[int]:
    """Queue messages as a command would."""
    with transaction.atomic():
        return commands.send_messages(TESTER, messages=messages, now=now)


def notice(*staff_ids: int | None, **changes: Any) -> Notice:
    """Say that a clock is late."""
    facts: dict[str, Any] = {
        "staff_ids": [id_ or 0 for id_ in staff_ids],
        "kind": "clock",
        "template": "clock_breached",
        "params": {"subject": "SO-1", "clock": {"zh-hans": "审核"}, "due_at": "2026-03-02T02:00:00+00:00"},
        "subject_kind": "order",
        "subject_id": 1,
        "dedupe_key": "clock:1:breached",
        "urgent": True,
    }
    return Notice(**(facts | changes))


def tell(*notices: Notice, now: datetime) -> list[int]:
    """Tell staff as a command would."""
    with transaction.atomic():
        return commands.notify_staff(TESTER, notices=notices, now=now)


def mailbox(actor: Actor, address: str) -> None:
    """Give a person of the staff an e-mail address."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_staff SET email = %s WHERE id = %s", [address, actor.staff_id])
