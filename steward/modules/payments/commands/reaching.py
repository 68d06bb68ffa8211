"""Notice that a provider does not work, leave it alone until it does, and then go on in the order of asking.

One call that breaks says nothing about the provider. Several in a row without one answer between them do: then nobody
calls it for refunds until a probe, which moves nothing, is answered; and all that waited is due at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext_lazy as _

from steward.kernel import events as log
from steward.kernel import parameters
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.payments.commands.working import FIRST_PAUSE_S, LEASE_S
from steward.modules.payments.events import ProviderPaused, ProviderResumed
from steward.modules.payments.models import Provider, Refund
from steward.modules.payments.rules import refunds as rules

logger = structlog.get_logger(__name__)
HELD = ("waiting", "unknown")

DOWN_AFTER = parameters.define(
    "payments.provider_down_after",
    3,
    unit="",
    label=_("How many calls in a row must find a payment provider not working before it is left alone for a while"),
    minimum=1,
)
LONGEST_PROBE_S = parameters.define(
    "payments.provider_probe_longest_s",
    300,
    unit="s",
    label=_("Longest pause before a payment provider that did not work is tried again"),
    minimum=15,
)


@command(needs="payments.work")
def note_reach(actor: Actor, *, provider: str, down: bool, now: datetime) -> bool:
    """Note whether a provider worked when it was called. Returns whether it is left alone from now on.

    When it works again, the refunds that waited for it are due at once. Emits: ProviderPaused, ProviderResumed.
    Locks: the provider, then its refunds that nobody holds.
    """
    rows = Provider.objects.filter(code=provider)
    known = (rows if down else rows.filter(down_count__gt=0)).select_for_update(no_key=True).first()
    if known is None:
        return False
    if not down:
        if known.down_since is not None:
            _came_back(actor, known, now)
        known.down_count, known.down_since, known.probe_at = 0, None, None
    else:
        known.down_count += 1
        over = known.down_count - parameters.value(DOWN_AFTER)
        if over >= 0:
            if known.down_since is None:
                _went_down(actor, known)
            first_s, cap_s = parameters.value(FIRST_PAUSE_S), parameters.value(LONGEST_PROBE_S)
            pause = rules.pause_s(over + 1, first_s=first_s, cap_s=cap_s)
            known.down_since, known.probe_at = known.down_since or now, now + timedelta(seconds=pause)
    known.save(update_fields=["down_count", "down_since", "probe_at"])
    return known.probe_at is not None


@command(needs="payments.work")
def claim_probes(actor: Actor, *, now: datetime) -> list[str]:
    """Take the providers that did not work and may be tried again; nobody else tries them at the same time.

    Returns their codes. Locks: the providers, skipping those another worker takes.
    """
    due = Provider.objects.select_for_update(skip_locked=True, no_key=True).filter(probe_at__lte=now).order_by("id")
    found = list(due.values_list("id", "code"))
    until = now + timedelta(seconds=parameters.value(LEASE_S))
    Provider.objects.filter(id__in=[id_ for id_, _code in found]).update(probe_at=until)
    return [code for _id, code in found]


def _went_down(actor: Actor, known: Provider) -> None:
    logger.error("payment_provider_down", provider=known.code)
    log.record(actor, [ProviderPaused(provider_id=known.id, code=known.code)])


def _came_back(actor: Actor, known: Provider, now: datetime) -> None:
    held = Refund.objects.filter(provider=known.code, state__in=HELD, next_try_at__gt=now, simulated=False)
    free = held.select_for_update(of=("self",), skip_locked=True, no_key=True).order_by("id")
    released = Refund.objects.filter(id__in=list(free.values_list("id", flat=True))).update(next_try_at=now)
    since = known.down_since or now
    log.record(actor, [ProviderResumed(provider_id=known.id, code=known.code, since=since, released=released)])
