"""Group commit: what arrives while one batch is being committed goes into the next.

Requests hand over their drafts and wait; one writer thread takes all that has gathered, calls the same command that
every other door calls, and each request is answered only after its batch was committed. There is no timer: alone, an
order is a batch of one and waits for nobody. Source: docs/decisions/0004-batch-first-and-group-commit.md.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _
from msgspec import Struct
from prometheus_client import Histogram

from steward.interfaces.api import line
from steward.kernel import errors, moment
from steward.kernel.actor import system
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_resilient, warm_up

AT_MOST = 256
WAITING_AT_MOST = 20_000
LINGER_S = 0.002
LOOK_AGAIN_S = 0.0002
STOP_WITHIN = timedelta(seconds=10)
SYSTEM = system("intake")
SIZES = Histogram("steward_intake_batch_orders", "Orders per commit.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512))
log = structlog.get_logger(__name__)


class Overloaded(errors.Refusal):
    """Refuse more than the database can take in now."""

    code = "overloaded"
    status = 503
    message = _("Too many orders are waiting. Send this again in a few seconds, with the same Idempotency-Key.")


class FateUnknown(errors.Refusal):
    """Say that the line to the database broke while the order was being written."""

    code = "fate_unknown"
    status = 503
    message = _("The database went away; whether the order was kept is not known. Send it again: it is taken in once.")


class Waiting(Struct, eq=False):
    """One request's drafts and the future that its answer goes to."""

    intakes: Sequence[Intake]
    answer: asyncio.Future[list[Receipt]]


class Gatherer:
    """The queue of one process and the thread that empties it."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        # Two threads add, each to its own: one number that both change would lose steps.
        self._handed = self._taken = 0
        self._wake = threading.Event()
        self._stopping = False
        self._answered = 0
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Start the writer thread; called on the process's event loop."""
        self._loop = asyncio.get_running_loop()
        self._stopping = False
        self._thread = threading.Thread(target=self._write_on, name="intake-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what still waits, then end the thread."""
        self._stopping = True
        self._wake.set()
        if self._thread:
            await asyncio.to_thread(self._thread.join, STOP_WITHIN.total_seconds())

    def probe(self) -> str | None:
        """Say what is wrong, for /readyz; None when the writer lives."""
        return None if self._thread and self._thread.is_alive() else "the intake writer is not running"

    def hand_over(self, intakes: Sequence[Intake]) -> asyncio.Future[list[Receipt]]:
        """Queue drafts; the future holds one receipt per draft once they are committed.

        Raises: Overloaded. The future raises FateUnknown when the database went away meanwhile.
        """
        assert self._loop is not None
        if self._stopping or self._handed - self._taken + len(intakes) > WAITING_AT_MOST:
            raise Overloaded
        answer: asyncio.Future[list[Receipt]] = self._loop.create_future()
        self._waiting.append(Waiting(intakes, answer))
        self._handed += len(intakes)
        if not self._wake.is_set():
            self._wake.set()
        return answer

    def _write_on(self) -> None:
        self._warm_up()
        while True:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._linger()
                batch = self._take()
                self._write(batch)
                self._answered = len(batch)
            if self._stopping and not self._waiting:
                line.drop()
                return

    def _warm_up(self) -> None:
        """Load what the first orders would wait for; where the database is not there yet, they load it themselves."""
        try:
            line.prepare()
            warm_up()
        except DatabaseError as error:
            log.warning("intake_starts_cold", error=type(error).__name__)
            line.drop()

    def _linger(self) -> None:
        """Wait a moment for those who were just answered: they send their next order at once, and a batch of many costs
        little more than a batch of one. Who sends alone never waits."""
        until = time.monotonic() + LINGER_S
        while len(self._waiting) < self._answered and time.monotonic() < until:
            time.sleep(LOOK_AGAIN_S)

    def _take(self) -> list[Waiting]:
        """Take what has gathered, up to a batch; a request's drafts stay together."""
        batch: list[Waiting] = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0].intakes) <= AT_MOST):
            batch.append(self._waiting.popleft())
            size += len(batch[-1].intakes)
        self._taken += size
        return batch

    def _write(self, batch: list[Waiting]) -> None:
        intakes = [intake for waiting in batch for intake in waiting.intakes]
        SIZES.observe(len(intakes))
        outcome: list[Receipt] | Exception
        try:
            line.prepare()
            outcome = receive_resilient(SYSTEM, intakes=intakes, now=moment.now())
        except DatabaseError as error:
            log.warning("intake_batch_lost", orders=len(intakes), error=type(error).__name__)
            line.drop()
            outcome = FateUnknown()
        except Exception as error:
            if len(batch) > 1:  # nothing was committed; let each request answer for itself
                for waiting in batch:
                    self._write([waiting])
                return
            log.exception("intake_batch_failed", orders=len(intakes))
            line.drop()
            outcome = error
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_answer, batch, outcome)


def _answer(batch: list[Waiting], outcome: list[Receipt] | Exception) -> None:
    """Hand each request its part; who has gone away is passed over."""
    start = 0
    for waiting in batch:
        end = start + len(waiting.intakes)
        if not waiting.answer.done():
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome[start:end])
        start = end
