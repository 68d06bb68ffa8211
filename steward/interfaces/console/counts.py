"""The numbers beside the menu entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from steward.interfaces.console import navigation
from steward.kernel.actor import Actor

Counter = Callable[[Actor], int]
COUNTERS: Mapping[str, Counter] = {}
AT_MOST = 999


def counts_for(actor: Actor) -> dict[str, int]:
    """Count what waits behind each menu entry the actor may open."""
    wanted = {entry.count for entry in navigation.places(actor) if entry.count}
    return {name: COUNTERS[name](actor) for name in sorted(wanted & COUNTERS.keys())}
