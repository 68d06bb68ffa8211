"""What is done every few seconds beside the job queue, by one of all workers, so that no job is written for it.

Whoever holds an advisory lock on a connection of its own leads; the others ask for it at each beat. When the leader
dies its connection goes, and with it the lock. Work must be safe when two do it: a leader that has lost its connection
finishes what it has begun.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import connections
from prometheus_client import Counter, Gauge, Histogram

from steward.kernel.database import direct

TICK_S = 5.0
LOCK = 7_521_962_890_172
CONNECT_S = 5
# So that the server gives the lock free about half a minute after the machine that held it has vanished.
QUICK_DEATH = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
Work = Callable[[], int]
logger = structlog.get_logger(__name__)

DONE = Counter("steward_tick_rows_total", "What ticks have done, in rows.", ["name"])
FAILED = Counter("steward_tick_failures_total", "Ticks that failed; the next one tries again.", ["name"])
SECONDS = Histogram(
    "steward_tick_seconds",
    "Time a tick took.",
    ["name"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30),
)
LEADS = Gauge("steward_ticks_led", "1 where this worker does the ticks of all.")

_works: dict[str, Work] = {}


def every_few_seconds(name: str) -> Callable[[Work], Work]:
    """Let a function run at every beat; it returns how many rows it changed, and bounds itself."""

    def register(work: Work) -> Work:
        _works[name] = work
        return work

    return register


def works() -> dict[str, Work]:
    """Return what runs at every beat, by name."""
    return dict(_works)


class Ticker:
    """One worker's part: asks to lead, and while it leads does what there is to do."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        self.leads = False

    def run(self, stopping: threading.Event) -> None:
        """Beat until told to stop; nothing that goes wrong ends it."""
        try:
            while not stopping.wait(TICK_S):
                self._beat_surely()
        finally:
            self.close()

    def _beat_surely(self) -> None:
        """Beat; what nobody foresaw is noted, gives the lead up, and the next beat asks anew."""
        try:
            self.beat()
        except Exception as error:
            logger.warning("ticks failed", error=type(error).__qualname__, exc_info=True)
            self.close()
            LEADS.set(0)

    def beat(self) -> bool:
        """Do everything once, where this worker leads. Returns whether it does."""
        try:
            self.leads = self._is_leader()
        except (psycopg.Error, OSError) as error:
            logger.warning("ticks wait for the database", error=type(error).__qualname__)
            self.close()
        LEADS.set(self.leads)
        if self.leads:
            for name, work in list(_works.items()):
                _do(name, work)
        return self.leads

    def _is_leader(self) -> bool:
        if self._connection is None:
            params = direct.connection_params(application="steward-ticks")
            wanted = {"connect_timeout": CONNECT_S, **params, "options": QUICK_DEATH, "autocommit": True}
            self._connection = psycopg.connect(**wanted)
        if self.leads:
            self._connection.execute("SELECT 1")
            return True
        row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        return bool(row and row[0])

    def close(self) -> None:
        """Give the lead up."""
        self.leads = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _do(name: str, work: Work) -> None:
    """Do one thing, and count it; a failure is noted, and the next beat tries again."""
    begun = time.perf_counter()
    try:
        DONE.labels(name).inc(work())
    except Exception as error:
        FAILED.labels(name).inc()
        logger.warning("tick failed", tick=name, error=type(error).__qualname__, exc_info=True)
    finally:
        SECONDS.labels(name).observe(time.perf_counter() - begun)
        if not connections["default"].in_atomic_block:
            connections.close_all()
