"""Keep child processes running until told to stop, then leave none behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

LOOK_EVERY_S = 0.1
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
# Who lived so long is started again at once, whatever happened before.
HEALTHY_AFTER_S = 30.0
STOP_LIMIT_S = 25.0

logger = structlog.get_logger(__name__)


def pause_s(deaths: int) -> float:
    """Compute how long to wait before a child that died `deaths` times in a row is started again."""
    return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(deaths - 1, 10)))


@dataclass
class Child:
    """One process that has to run: `steward` with these arguments."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        """Start it in a session of its own, so that a Ctrl-C in the terminal reaches the supervisor alone."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "steward.interfaces.cli", *self.arguments],
            env={**os.environ, "STEWARD_SUPERVISOR": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started_at = time.monotonic()

    def signal_all(self, number: signal.Signals) -> None:
        """Send a signal to it and to all that it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def look(self) -> None:
        """Start it again if it has died, whatever its exit code, and not too often."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.signal_all(signal.SIGKILL)  # whatever it has left behind
        self.deaths = 1 if now - self.started_at > HEALTHY_AFTER_S else self.deaths + 1
        wait_s = pause_s(self.deaths)
        logger.warning("process ended; starting it again", process=self.name, exit_code=code, in_s=wait_s)
        self.process, self.start_at = None, now + wait_s

    def stop(self, deadline: float) -> None:
        """Wait for it until the deadline, then kill what is left of it."""
        if self.process is not None:
            try:
                self.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("process did not end in time and is killed", process=self.name)
            self.signal_all(signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Children to keep alive, and watches: functions called about once a second beside them."""

    children: list[Child]
    watches: list[Callable[[], None]] = field(default_factory=list)
    leaving: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Keep everything running until `leaving` is set, then end it."""
        try:
            watched_at = 0.0
            while not self.leaving.wait(LOOK_EVERY_S):
                for child in self.children:
                    child.look()
                if time.monotonic() - watched_at > 1:
                    watched_at = time.monotonic()
                    for watch in self.watches:
                        watch()
        finally:
            self.stop()

    def stop(self) -> None:
        """End all children: politely, then by force."""
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_LIMIT_S
        for child in self.children:
            child.stop(deadline)
