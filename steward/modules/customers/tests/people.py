"""Buyers for the tests of this module, made as intake makes them."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from steward.kernel.actor import system
from steward.modules.customers.commands.matching import match_customers
from steward.modules.customers.rules.buyers import Buyer, Profile

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SETUP = system("tests")


def seen(*identities: tuple[str, str], name: str = "梅子", simulated: bool = False) -> int:
    """Let a buyer come in known by these, and return who it is."""
    with transaction.atomic():
        known = dict(identities)
        profile = Profile(name, known.get("phone", ""), known.get("email", ""))
        match = match_customers([Buyer(list(identities), profile)], simulated=[simulated])[0]
    assert match is not None
    return match.customer_id


def phone(number: int) -> tuple[str, str]:
    """Return a phone as an identity."""
    return "phone", f"+861381234{number:04}"
