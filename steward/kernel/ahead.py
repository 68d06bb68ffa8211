"""Read ahead: work the next items out in a thread of their own while the caller waits for the database."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable
from contextlib import suppress
from queue import Full, Queue
from typing import TypeVar

LOOK_S = 0.1
T = TypeVar("T")


def read_ahead(items: Iterable[T], *, at_once: int, ahead: int) -> Generator[T, None, None]:
    """Give the items in their order while a thread works out those to come, `ahead` lots of `at_once` at most.

    The iterable is used in that thread only and must not touch the database. What it raises is raised here, behind the
    items before it. Who stops early closes the generator, and with it the thread.
    """
    lots: Queue[list[T] | Exception | None] = Queue(maxsize=ahead)
    stopped = threading.Event()

    def put(lot: list[T] | Exception | None) -> None:
        while not stopped.is_set():
            with suppress(Full):
                lots.put(lot, timeout=LOOK_S)
                break

    def work() -> None:
        lot: list[T] = []
        try:
            for item in items:
                lot.append(item)
                if len(lot) == at_once:
                    put(lot)
                    lot = []
                if stopped.is_set():
                    return
            put(lot)
            put(None)
        except Exception as error:  # noqa: BLE001  (raised again where the items are read)
            put(lot)
            put(error)

    thread = threading.Thread(target=work, name="read-ahead", daemon=True)
    thread.start()
    try:
        while (lot := lots.get()) is not None:
            if isinstance(lot, Exception):
                raise lot
            yield from lot
    finally:
        stopped.set()
        thread.join()
