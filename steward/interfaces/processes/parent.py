"""End a process whose parent has gone, so that a killed supervisor leaves nothing behind."""

from __future__ import annotations

import os
import signal
import threading
import time

LOOK_EVERY_S = 0.5


def end_with_parent(parent: int | None = None) -> None:
    """Watch the parent from a thread and send this process SIGTERM once it has another one."""
    expected = parent if parent is not None else os.getppid()

    def watch() -> None:
        while os.getppid() == expected:
            time.sleep(LOOK_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
