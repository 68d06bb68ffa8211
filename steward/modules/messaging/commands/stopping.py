"""Let people stop short messages by a short message (STOP, TD, 退订), and have them again (START, 恢复)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.queries.search import canonical_phone, matching_customers
from steward.modules.messaging.commands.preferences import CHOOSE, set_preferences
from steward.modules.messaging.ports import Wish
from steward.modules.messaging.queries.readers import preference

STOPPED = ["email"]
MOST_OF_ONE_NUMBER = 20


@command(needs=CHOOSE)
def follow_wishes(actor: Actor, *, wishes: Sequence[Wish], now: datetime) -> int:
    """Stop short messages to some numbers, or let them come again; what is owed goes by e-mail from then on.

    Whose number nobody knows has nothing to stop. Returns how many customers changed their choice.
    Emits: PreferencesChosen.
    """
    changed = 0
    for wish in wishes:
        phone = canonical_phone(wish.phone)
        for customer_id in matching_customers(phone, limit=MOST_OF_ONE_NUMBER) if phone else []:
            changed += _choose(actor, customer_id, stops=wish.stops, now=now)
    return changed


def _choose(actor: Actor, customer_id: int, *, stops: bool, now: datetime) -> bool:
    """Keep a customer's choice of channels; tell whether it is another than before."""
    chosen = preference(customer_id)
    channels = STOPPED if stops else [] if chosen.channels == STOPPED else chosen.channels
    if channels == chosen.channels:
        return False
    set_preferences(
        actor,
        customer_id=customer_id,
        locale=chosen.locale,
        time_zone=chosen.time_zone,
        channels=channels,
        opted_out=chosen.opted_out,
        quiet_start_min=chosen.quiet_start_min,
        quiet_end_min=chosen.quiet_end_min,
        now=now,
    )
    return True
