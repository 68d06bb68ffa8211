"""Carry refunds out in children that die by `kill -9` at a given step, as workers do on a bad day.

A line `<approval> <step> <what>` on standard input makes one child: it hears of the approval, carries out one batch and
kills itself when it comes to that step. `what` is `all`: both sides of every commit (what dies before one is undone
whole) and of every move of a call; or `calls`: asking and hearing alone. The answer is `killed`, or `done` where there
is no such step.
"""

from __future__ import annotations

import functools
import http.client
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "steward.settings"
django.setup()

from django.db import connection, connections  # noqa: E402

from steward.kernel import ports  # noqa: E402
from steward.modules.approvals.events import ApprovalSettled  # noqa: E402
from steward.modules.payments import handlers, tasks  # noqa: E402
from steward.modules.payments.rules.connecting import CONNECTORS  # noqa: E402

MOVES = {"all": ("connect", "request", "getresponse"), "calls": ("request", "getresponse"), "": ()}


class Steps:
    """Counts the steps that are left to live."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self) -> None:
        """Take a step, perhaps the last."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, deed: Callable[..., Any]) -> Callable[..., Any]:
        """Take a step before something and one after it."""

        @functools.wraps(deed)
        def done(*given: Any, **named: Any) -> Any:
            self.take()
            result = deed(*given, **named)
            self.take()
            return result

        return done


def live(approval_id: int, left: int, what: str) -> None:
    """Hear of the approval and carry out what is due, as long as there are steps left."""
    steps = Steps(left)
    for name in MOVES[what]:
        setattr(http.client.HTTPConnection, name, steps.around(getattr(http.client.HTTPConnection, name)))
    settled = ApprovalSettled(
        approval_id=approval_id, kind="refund", about_kind="", about_id=0, outcome="granted", reason=""
    )
    if what == "all":
        connection._commit = steps.around(connection._commit)  # type: ignore[attr-defined]
    handlers.on_approval_settled_move_refunds([settled])
    tasks.work_batch()


def main() -> None:
    """Make a child for every line."""
    for kind in CONNECTORS:  # what children need is loaded once, before there are any
        ports.bound(f"payments.gateway.{kind}")
    live(0, 0, "")
    connection.close()
    if connection.pool:  # type: ignore[attr-defined]
        connection.close_pool()  # type: ignore[attr-defined]
    connections.close_all()
    print("ready", flush=True)
    for line in sys.stdin:
        approval_id, left, what = line.split()
        child = os.fork()
        if child == 0:
            live(int(approval_id), int(left), what)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        print(
            "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else status or "done",
            flush=True,
        )


if __name__ == "__main__":
    main()
