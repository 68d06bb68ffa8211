"""How often one caller may ask."""

from __future__ import annotations

import time

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from ninja.throttling import BaseThrottle

WINDOW_S = 60
# In memory: a limit against runaway programs is not worth two writes to the database per request.
calls = LocMemCache("api-calls", {"max_entries": 10_000})


def count_call(who: str) -> bool:
    """Count a request of this minute; tell whether it is still within the limit."""
    key = _key(who)
    calls.add(key, 0, timeout=2 * WINDOW_S)
    return int(calls.incr(key)) <= settings.API_CALLS_PER_MINUTE


def is_over(who: str) -> bool:
    """Tell whether the next request of this minute would be beyond the limit; counts nothing."""
    return int(calls.get(_key(who), 0)) >= settings.API_CALLS_PER_MINUTE


def _key(who: str) -> str:
    return f"api-calls:{who}:{int(time.time()) // WINDOW_S}"


class PerCaller(BaseThrottle):
    """Count the requests of each token or person per minute and web process (STEWARD_API_CALLS_PER_MINUTE)."""

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the request; refuse it beyond the limit."""
        actor = getattr(request, "auth", None)
        return count_call(actor.id if actor else str(self.get_ident(request)))

    def wait(self) -> float:
        """Tell how many seconds remain of this minute."""
        return WINDOW_S - time.time() % WINDOW_S
