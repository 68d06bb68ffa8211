"""What has to start before a web process answers and to end before it leaves.

A handler with a life of its own (a listener, a writer thread) registers here; nobody else need know of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Hook = Callable[[], Awaitable[None]]
Probe = Callable[[], str | None]


@dataclass
class Life:
    """The hooks of one process: `start` in order, `stop` in reverse, `drain` when streams must end.

    A probe runs in a thread and returns what is wrong, or None; every probe must be content for /readyz to say 200.
    """

    start: list[Hook] = field(default_factory=list)
    drain: list[Callable[[], None]] = field(default_factory=list)
    stop: list[Hook] = field(default_factory=list)
    probes: dict[str, Probe] = field(default_factory=dict)
    leaving: bool = False

    async def begin(self) -> None:
        """Start everything."""
        for hook in self.start:
            await hook()

    def end_streams(self) -> None:
        """Let every open stream end: the server waits for them before it leaves."""
        self.leaving = True
        for hook in self.drain:
            hook()

    async def end(self) -> None:
        """Stop everything, in reverse order."""
        self.end_streams()
        for hook in reversed(self.stop):
            await hook()


LIFE = Life()
