"""`steward web`: answer people's and programs' requests."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
from types import FrameType
from typing import Any

from django.conf import settings
from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels

from steward.interfaces.processes.parent import end_with_parent

APPLICATION = "steward.interfaces.asgi.server:application"
STOP_LIMIT_S = 15
# Granian's own lines go where all lines go: as JSON, masked.
LOGGING = {
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"handlers": [], "propagate": True}, "granian.access": {"handlers": [], "propagate": True}},
}


def register(subparsers: Any) -> None:
    """Add `web`."""
    parser = subparsers.add_parser("web", help="answer requests on STEWARD_ADDRESS; any number of machines may")
    parser.add_argument("--address", default=settings.ADDRESS, help="host:port")
    parser.add_argument("--workers", type=int, default=settings.WEB_WORKERS, help="worker processes")
    parser.set_defaults(run=run)


def host_and_port(address: str) -> tuple[str, int]:
    """Split `host:port`. Raises: SystemExit with what would fit."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise SystemExit(f"STEWARD_ADDRESS={address!r} does not fit: write host:port, such as 127.0.0.1:8000.")
    return host.strip("[]"), int(port)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    host, port = host_and_port(arguments.address)
    if os.environ.get("STEWARD_SUPERVISOR"):
        end_with_parent(int(os.environ["STEWARD_SUPERVISOR"]))
    # WhiteNoise warns where the folder is missing; without collected files it asks Django's finders.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    server = Granian(
        APPLICATION,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=arguments.workers,
        loop=Loops.uvloop if sys.platform != "win32" else Loops.auto,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_LIMIT_S,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    )
    server.on_startup(_end_streams_before_stopping)
    server.serve()
    return 0


def _end_streams_before_stopping() -> None:
    """Tell the workers to end their event streams before granian tells them to stop: it would wait for the streams."""
    for number in (signal.SIGTERM, signal.SIGINT):
        stop = signal.getsignal(number)

        def drain_and_stop(signum: int, frame: FrameType | None, stop: Any = stop) -> None:
            for worker in multiprocessing.active_children():
                if worker.pid is not None:
                    os.kill(worker.pid, signal.SIGUSR1)
            stop(signum, frame)

        signal.signal(number, drain_and_stop)
