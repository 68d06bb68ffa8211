"""Tie a chat to a customer who is signed in to their own pages, for as long as they are. Source: CUS-6.

A chat somebody held before they signed in is never theirs by it: others may have used the browser. So signing in begins
a chat of its own, and with the visit it ends: what is left in the browser opens nothing any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.commands.identities import add_identity
from steward.modules.customers.queries.sign_in import SignedIn
from steward.modules.messaging.commands.chats import CHANNEL, tell_browsers
from steward.modules.messaging.commands.receiving import RECEIVE
from steward.modules.messaging.models import ChatVisit
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.rules import chats


@command(needs=RECEIVE)
def open_own_chat(
    actor: Actor, *, code: str, signed_in: SignedIn, language: str, facts: Mapping[str, Any], now: datetime
) -> ChatVisit:
    """Begin the chat of somebody who is signed in, or go on with it: one for each of their visits.

    What they write belongs to the customer they signed in as. Raises: NotFound. Emits: IdentityAdded.
    Locks: who is who, the customer.
    """
    account = find_account(CHANNEL, code)
    if account is None:
        raise errors.NotFound(key=code)
    tie = {"account_id": account.id, "portal_visit_id": signed_in.visit_id}
    if (known := ChatVisit.objects.select_related("account").filter(**tie).first()) is not None:
        return known
    key = secrets.token_hex(16)
    add_identity(actor, customer_id=signed_in.customer_id, kind=CHANNEL, value=key, now=now)
    holder = "bot" if account.settings.get("start") == "bot" else "waiting"
    rest: dict[str, Any] = {
        "key": key,
        "customer_id": signed_in.customer_id,
        "holder": holder,
        "language": language,
        "facts": chats.page_facts(facts),
        "reachable": True,
        "opened_at": now,
        "seen_at": now,
    }
    return ChatVisit.objects.get_or_create(**tie, defaults=rest)[0]  # another tab may have been as quick


@command(needs=RECEIVE)
def leave_own_chats(actor: Actor, *, portal_visit_id: int) -> None:
    """Let the browsers of somebody who has signed out know that their chats have ended."""
    ids = list(ChatVisit.objects.filter(portal_visit_id=portal_visit_id).values_list("id", flat=True))
    if ids:
        tell_browsers(visits=ids)
