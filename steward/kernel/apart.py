"""Do long computations in a process of their own: they hold up no other job, and their memory goes with them."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")
LOWER_PRIORITY = 10
PR_SET_PDEATHSIG = 1


class DoneApart(RuntimeError):
    """Report that a computation in a process of its own failed; what it said stands in the log."""


def apart(function: Callable[..., T], *arguments: Any) -> T:
    """Call a function of a module in a child process with lower priority, and wait for it.

    Function, arguments and result are pickled, so the function stands at the top of a module that needs no Django. The
    child ends with its parent, however that ends. Raises: DoneApart.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_work, args=(there, os.getpid(), function, arguments), daemon=True)
    child.start()
    there.close()
    try:
        return here.recv()  # type: ignore[no-any-return]
    except EOFError:
        child.join()
        raise DoneApart(f"it ended without an answer (exit code {child.exitcode})") from None
    finally:
        here.close()
        child.join()


def _work(answer: Connection, parent: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
    os.nice(LOWER_PRIORITY)
    answer.send(function(*arguments))
