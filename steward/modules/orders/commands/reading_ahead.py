"""Read and map in a thread of its own while the database works: half of an import is waiting for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from typing import Generic, TypeVar

T = TypeVar("T")
PARCEL = 100
PARCELS_AHEAD = 16


class _Thread(threading.Thread, Generic[T]):
    """Fills the queue until the source ends, fails, or nobody wants more."""

    def __init__(self, source: Generator[T, None, None]) -> None:
        super().__init__(name="reading-ahead", daemon=True)
        self.parcels: queue.Queue[list[T] | None] = queue.Queue(PARCELS_AHEAD)
        self.unwanted = threading.Event()
        self.failure: BaseException | None = None
        self._source = source

    def run(self) -> None:
        """Read; a failure is kept for who takes from the queue."""
        parcel: list[T] = []
        try:
            for one in self._source:
                parcel.append(one)
                if len(parcel) >= PARCEL:
                    self._hand_over(parcel)
                    parcel = []
                if self.unwanted.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  (raised again by ahead(), in the thread that can handle it)
            self.failure = error
        finally:
            self._source.close()  # here, since what it holds may belong to this thread
        self._hand_over(parcel)
        self._hand_over(None)

    def _hand_over(self, parcel: list[T] | None) -> None:
        while not self.unwanted.is_set():
            try:
                self.parcels.put(parcel, timeout=0.2)
            except queue.Full:
                continue
            return


def ahead(source: Generator[T, None, None]) -> Generator[T, None, None]:
    """Yield what the source gives, in its order, while a thread reads on a little further.

    The source must not use the database. Raises: what the source raises, after everything that came before it.
    """
    thread = _Thread(source)
    thread.start()
    try:
        while (parcel := thread.parcels.get()) is not None:
            yield from parcel
    finally:
        thread.unwanted.set()
        thread.join()
    if thread.failure is not None:
        raise thread.failure
