"""Builders of the desk's tests: what customers write, as the transport hands it over."""

from __future__ import annotations

from itertools import count
from typing import Any

from steward.kernel.actor import system
from steward.modules.customers.commands.matching import match_customers
from steward.modules.customers.rules.buyers import Buyer, Profile
from steward.modules.desk.commands.taking_in import Heard, Word, take_in
from steward.modules.desk.models import Ticket
from tests import make

DESK = system("desk")
# Far from what the transport numbers, of which some stories take a message too.
_inbound = count(10**9)


def customer(phone: str = "+8613800001111") -> int:
    """Return a customer known by a phone."""
    buyer = Buyer(identities=[("phone", phone)], profile=Profile(phone=phone))
    match = match_customers([buyer], simulated=[False])[0]
    assert match is not None
    return match.customer_id


def word(text: str = "我的包裹还没到，能查一下吗？", **facts: Any) -> Word:
    """Write a chat message; every one is a new one of the transport."""
    given: dict[str, Any] = {"channel": "chat", "box": "site", "at": make.NOW, "text": text} | facts
    return Word(inbound_id=next(_inbound), **given)


def mail(text: str = "Where is my parcel?", **facts: Any) -> Word:
    """Write an e-mail."""
    return word(text, **({"channel": "email", "box": "service", "subject": "My order"} | facts))


def said(*words_: Word) -> list[Heard]:
    """Let the desk take messages in."""
    return take_in(DESK, received=words_, now=max(one.at for one in words_))


def ticket_of(one: Heard) -> Ticket:
    """Read the ticket a message went to."""
    return Ticket.objects.get(id=one.ticket_id or 0)
