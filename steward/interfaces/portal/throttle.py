"""How often a link is opened, and how often somebody tries addresses that are no links."""

from __future__ import annotations

import hashlib
import time

from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from steward.interfaces.callers import network_of
from steward.kernel import errors, parameters

WINDOW_S = 60
OPENED = parameters.define(
    "portal.opened_per_minute", 60, unit="", label=_("How often one customer link opens per minute"), minimum=5
)
BROKEN = parameters.define(
    "portal.broken_per_minute",
    20,
    unit="",
    label=_("How many broken links one address may try per minute"),
    minimum=1,
)
LETTERS = parameters.define(
    "portal.contact_per_minute",
    5,
    unit="",
    label=_("How many contact forms one address may send per minute"),
    minimum=1,
)
# In memory of each process, as the API counts: against floods, not against the last request too many.
tries = LocMemCache("portal-tries", {"max_entries": 20_000})


class TooMany(errors.Refusal):
    """Ask somebody to slow down."""

    code = "too_many_requests"
    status = 429
    message = _("That was a bit fast. Wait a minute and try again.")


def let_in(request: HttpRequest, token: str) -> None:
    """Count an opening. Raises: TooMany beyond the limit, or for who tried too many broken links."""
    if tries.get(_key("broken", network_of(request)), 0) >= parameters.value(BROKEN):
        raise TooMany(seconds=WINDOW_S)
    if _count("opened", hashlib.sha256(token.encode()).hexdigest()) > parameters.value(OPENED):
        raise TooMany(seconds=WINDOW_S)


def count_broken(request: HttpRequest) -> None:
    """Remember that somebody tried what is no link."""
    _count("broken", network_of(request))


def count_letter(request: HttpRequest) -> None:
    """Count a contact form. Raises: TooMany beyond the limit."""
    if _count("letter", network_of(request)) > parameters.value(LETTERS):
        raise TooMany(seconds=WINDOW_S)


def hold_back(what: str, who: str, *, most: int) -> None:
    """Count something somebody does. Raises: TooMany beyond `most` a minute."""
    if _count(what, who) > most:
        raise TooMany(seconds=WINDOW_S)


def _key(what: str, who: str) -> str:
    return f"{what}:{who}:{int(time.time()) // WINDOW_S}"


def _count(what: str, who: str) -> int:
    key = _key(what, who)
    tries.add(key, 0, timeout=2 * WINDOW_S)
    return tries.incr(key)
