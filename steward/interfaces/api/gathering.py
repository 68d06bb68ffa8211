"""Group commit: what arrives while one batch is being committed goes into the next.

Requests hand over what they bring and wait; one writer thread takes all that has gathered, calls the same command that
every other door calls, and each request is answered only after its batch was committed. There is no timer: alone, a
request is a batch of one and waits for nobody. Source: docs/decisions/0004-batch-first-and-group-commit.md.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Generic, TypeVar

import structlog
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _
from msgspec import Struct
from prometheus_client import Histogram

from steward.interfaces.api import line
from steward.kernel import errors

AT_MOST = 256
WAITING_AT_MOST = 20_000
LINGER_S = 0.002
LOOK_AGAIN_S = 0.0002
STOP_WITHIN = timedelta(seconds=10)
SIZES = Histogram(
    "steward_intake_batch", "Orders or messages per commit.", ["kind"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
Brought = TypeVar("Brought")
Answered = TypeVar("Answered")
log = structlog.get_logger(__name__)


class Overloaded(errors.Refusal):
    """Refuse more than the database can take in now."""

    code = "overloaded"
    status = 503
    message = _("Too much is waiting to be taken in. Send this again in a few seconds: it is taken in once.")


class FateUnknown(errors.Refusal):
    """Say that the line to the database broke while it was being written."""

    code = "fate_unknown"
    status = 503
    message = _("The database went away; whether this was kept is not known. Send it again: it is taken in once.")


class Waiting(Struct, Generic[Brought, Answered], eq=False):
    """What one request brings and the future that its answer goes to."""

    brought: Sequence[Brought]
    answer: asyncio.Future[list[Answered]]


class Gatherer(Generic[Brought, Answered]):
    """The queue of one process and the thread that empties it.

    `write` takes a batch in and answers each, in the order given; `warm_up` loads what the first would wait for.
    """

    def __init__(
        self,
        kind: str,
        write: Callable[[Sequence[Brought]], list[Answered]],
        *,
        warm_up: Callable[[], None] = lambda: None,
    ) -> None:
        self._kind = kind
        self._command = write
        self._prepare = warm_up
        self._sizes = SIZES.labels(kind)
        self._waiting: deque[Waiting[Brought, Answered]] = deque()
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
        self._thread = threading.Thread(target=self._write_on, name=f"{self._kind}-writer", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Write what still waits, then end the thread."""
        self._stopping = True
        self._wake.set()
        if self._thread:
            await asyncio.to_thread(self._thread.join, STOP_WITHIN.total_seconds())

    def probe(self) -> str | None:
        """Say what is wrong, for /readyz; None when the writer lives."""
        return None if self._thread and self._thread.is_alive() else f"the writer of {self._kind} is not running"

    def hand_over(self, brought: Sequence[Brought]) -> asyncio.Future[list[Answered]]:
        """Queue what a request brings; the future holds one answer for each once they are committed.

        Raises: Overloaded. The future raises FateUnknown when the database went away meanwhile.
        """
        assert self._loop is not None
        if self._stopping or self._handed - self._taken + len(brought) > WAITING_AT_MOST:
            raise Overloaded
        answer: asyncio.Future[list[Answered]] = self._loop.create_future()
        self._waiting.append(Waiting(brought, answer))
        self._handed += len(brought)
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
        """Load what the first would wait for; where the database is not there yet, they load it themselves."""
        try:
            line.prepare()
            self._prepare()
        except DatabaseError as error:
            log.warning("intake_starts_cold", kind=self._kind, error=type(error).__name__)
            line.drop()

    def _linger(self) -> None:
        """Wait a moment for those who were just answered: they send the next at once, and a batch of many costs
        little more than a batch of one. Who sends alone never waits."""
        until = time.monotonic() + LINGER_S
        while len(self._waiting) < self._answered and time.monotonic() < until:
            time.sleep(LOOK_AGAIN_S)

    def _take(self) -> list[Waiting[Brought, Answered]]:
        """Take what has gathered, up to a batch; what one request brings stays together."""
        batch: list[Waiting[Brought, Answered]] = []
        size = 0
        while self._waiting and (not batch or size + len(self._waiting[0].brought) <= AT_MOST):
            batch.append(self._waiting.popleft())
            size += len(batch[-1].brought)
        self._taken += size
        return batch

    def _write(self, batch: list[Waiting[Brought, Answered]]) -> None:
        brought = [one for waiting in batch for one in waiting.brought]
        self._sizes.observe(len(brought))
        outcome: list[Answered] | Exception
        try:
            line.prepare()
            outcome = self._command(brought)
        except DatabaseError as error:
            log.warning("intake_batch_lost", kind=self._kind, size=len(brought), error=type(error).__name__)
            line.drop()
            outcome = FateUnknown()
        except Exception as error:
            if len(batch) > 1:  # nothing was committed; let each request answer for itself
                for waiting in batch:
                    self._write([waiting])
                return
            log.exception("intake_batch_failed", kind=self._kind, size=len(brought))
            line.drop()
            outcome = error
        assert self._loop is not None
        self._loop.call_soon_threadsafe(_answer, batch, outcome)


def _answer(batch: list[Waiting[Brought, Answered]], outcome: list[Answered] | Exception) -> None:
    """Hand each request its part; who has gone away is passed over."""
    start = 0
    for waiting in batch:
        end = start + len(waiting.brought)
        if not waiting.answer.done():
            if isinstance(outcome, Exception):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome[start:end])
        start = end
