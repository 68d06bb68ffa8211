"""Keep what customers want to hear, how and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.customers.queries.contact import contacts
from steward.modules.messaging.events import PreferencesChosen
from steward.modules.messaging.models import Preference
from steward.modules.messaging.queries.readers import PreferenceView, preference
from steward.modules.messaging.rules import catalogue

CHOOSE = "messaging.preferences"
DAY_MIN = 1440


@command(needs=CHOOSE)
def set_preferences(
    actor: Actor,
    *,
    customer_id: int,
    locale: str = "",
    time_zone: str = "",
    channels: Sequence[str] = (),
    opted_out: Sequence[str] = (),
    quiet_start_min: int | None = None,
    quiet_end_min: int | None = None,
    now: datetime,
) -> None:
    """Keep what a customer chose, all of it anew; empty means as the house has it.

    What is owed to the customer cannot be stopped and is left out of `opted_out`. Units: minutes of the local day.
    Raises: NotFound, BadInput. Emits: PreferencesChosen.
    """
    if customer_id not in contacts([customer_id]):
        raise errors.NotFound(key=customer_id)
    if findings := _findings(locale, time_zone, channels, (quiet_start_min, quiet_end_min)):
        raise errors.BadInput(findings)
    stopped = sorted(code for code in set(opted_out) if code in stoppable())
    Preference.objects.update_or_create(
        customer_id=customer_id,
        defaults={
            "locale": locale,
            "time_zone": time_zone,
            "channels": list(channels),
            "opted_out": stopped,
            "quiet_start_min": quiet_start_min,
            "quiet_end_min": quiet_end_min,
            "changed_at": now,
        },
    )
    chosen = PreferencesChosen(customer_id=customer_id, opted_out=stopped, channels=list(channels))
    events.record(actor, [chosen])


@command(needs=CHOOSE)
def stop_kind(actor: Actor, *, customer_id: int, template: str, now: datetime) -> None:
    """Stop one kind of message for a customer, e.g. by the one-click link of an e-mail. Raises: NotFound."""
    if template not in stoppable():
        raise errors.NotFound(key=template)
    chosen: PreferenceView = preference(customer_id)
    set_preferences(
        actor,
        customer_id=customer_id,
        locale=chosen.locale,
        time_zone=chosen.time_zone,
        channels=chosen.channels,
        opted_out=[*chosen.opted_out, template],
        quiet_start_min=chosen.quiet_start_min,
        quiet_end_min=chosen.quiet_end_min,
        now=now,
    )


def stoppable() -> list[str]:
    """List the kinds of messages a customer may stop."""
    return [kind.code for kind in catalogue.KINDS.values() if kind.audience == "customer" and not kind.mandatory]


def _findings(
    locale: str, time_zone: str, channels: Sequence[str], quiet: tuple[int | None, int | None]
) -> list[dict[str, Any]]:
    found = []
    if locale and locale not in catalogue.LOCALES:
        found.append({"field": "locale", "code": "unknown", "message": _("This language is not spoken here.")})
    if time_zone and time_zone not in available_timezones():
        found.append({"field": "time_zone", "code": "unknown", "message": _("There is no such time zone.")})
    if any(channel not in catalogue.CUSTOMER_CHANNELS for channel in channels) or len(set(channels)) != len(channels):
        found.append({"field": "channels", "code": "unfit", "message": _("Name each channel once.")})
    given = [minute for minute in quiet if minute is not None]
    if len(given) == 1 or any(not 0 <= minute < DAY_MIN for minute in given):
        found.append({"field": "quiet", "code": "unfit", "message": _("Give both ends of the quiet hours.")})
    return found
