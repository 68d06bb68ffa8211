"""A packing table to speak to: a scale that answers lines and a printer that takes what it is given."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from types import TracebackType


class PackingTable:
    """Two sockets on the loopback, served by threads until the block ends."""

    def __init__(self, weight: str = "S S 1.000 kg") -> None:
        self._weight = weight
        self._labels: queue.Queue[str] = queue.Queue()
        self._doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
        self._threads = [
            threading.Thread(target=self._weigh, daemon=True),
            threading.Thread(target=self._print, daemon=True),
        ]

    @property
    def scale(self) -> str:
        """Return where the scale listens."""
        return f"127.0.0.1:{self._doors[0].getsockname()[1]}"

    @property
    def printer(self) -> str:
        """Return where the printer listens."""
        return f"127.0.0.1:{self._doors[1].getsockname()[1]}"

    def printed(self) -> str:
        """Wait for a label and return it."""
        return self._labels.get(timeout=5)

    def __enter__(self) -> PackingTable:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for door in self._doors:
            door.shutdown(socket.SHUT_RDWR)
            door.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _weigh(self) -> None:
        for wire in self._callers(self._doors[0]):
            with wire:
                if wire.recv(16) == b"S\r\n":
                    wire.sendall(self._weight.encode() + b"\r\n")

    def _print(self) -> None:
        for wire in self._callers(self._doors[1]):
            with wire:
                read = b""
                while part := wire.recv(4_096):
                    read += part
                self._labels.put(read.decode())

    def _callers(self, door: socket.socket) -> Iterator[socket.socket]:
        while True:
            try:
                yield door.accept()[0]
            except OSError:  # the door was closed: the block has ended
                return
