"""Find the connector that serves a port, so that modules need not know any."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from steward.kernel import memory


class UnboundPort(LookupError):
    """Report a port that the page of consequences binds to no connector."""


@cache
def bound(port: str) -> Any:
    """Load what serves the port: the dotted name in CONNECTORS beside SUBSCRIPTIONS.

    Raises: UnboundPort.
    """
    page, _, _ = settings.SUBSCRIPTIONS.rpartition(".")
    connectors: dict[str, str] = import_string(f"{page}.CONNECTORS")
    if port not in connectors:
        raise UnboundPort(f"no connector serves {port!r}: bind it in {page}.CONNECTORS")
    return import_string(connectors[port])


memory.remembers(bound.cache_clear)
