"""Presence: the console's heartbeat and what somebody says of themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors, events, sql
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people import rules
from steward.modules.people.events import PresenceSet
from steward.modules.people.models import Presence
from steward.modules.people.rules import presence

LONGEST_MIN = 12 * 60
# A console is heard of once a minute; several of one person write once.
QUIET_S = 30
LIVE_KIND = "people.presence"


class UnfitPresence(errors.Refusal):
    """Refuse a state nobody can be in, or one without an end."""

    code = "unfit_presence"
    status = 422
    message = _("Choose break, meeting or away, for at most twelve hours.")


@command(needs=rules.OWN_ACCOUNT)
def note_presence(actor: Actor, *, now: datetime) -> bool:
    """Note that somebody's console is open; it tells nobody unless they were gone.

    Returns whether it wrote. Announces live: people.presence, when they come.
    """
    if actor.staff_id is None:
        return False
    facts: dict[str, int | datetime] = {"staff_id": actor.staff_id, "now": now, "quiet_s": QUIET_S}
    with connection.cursor() as cursor:
        cursor.execute(sql.load("steward.modules.people", "note_presence"), facts)
        row = cursor.fetchone()
    if row is not None and row[0]:
        events.notify_live([LIVE_KIND])
    return row is not None


@command(needs=rules.OWN_ACCOUNT)
def set_presence(actor: Actor, *, said: str, minutes: int = 0, now: datetime) -> None:
    """Say that one is on a break, in a meeting or away for so long; "" is back. It ends by itself.

    Raises: UnfitPresence, NotFound. Emits: PresenceSet.
    """
    if said not in ("", *presence.SAID) or (said and not 1 <= minutes <= LONGEST_MIN):
        raise UnfitPresence
    if actor.staff_id is None:
        raise errors.NotFound(key=actor.id)
    until = now + timedelta(minutes=minutes) if said else None
    facts = {"seen_at": now, "said": said, "said_until": until}
    Presence.objects.update_or_create(staff_id=actor.staff_id, defaults=facts)
    events.record(actor, [PresenceSet(staff_id=actor.staff_id, said=said, until=until)])
