"""`steward run`: everything on one machine: database, tables, sample data, web and worker, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import http.client
import importlib.util
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from steward.interfaces.cli.messages import catalogues
from steward.interfaces.cli.web import host_and_port
from steward.interfaces.processes.supervisor import Child, Supervisor
from steward.kernel import database
from steward.kernel.database import bundled
from steward.kernel.database.backend.base import DatabaseWrapper

DEMO = "steward.interfaces.cli.demo"
logger = structlog.get_logger(__name__)


def register(subparsers: Any) -> None:
    """Add `run`."""
    parser = subparsers.add_parser("run", help="run everything on this machine until told to stop")
    parser.add_argument("--without-samples", action="store_true", help="load no sample data into an empty database")
    parser.set_defaults(run=run)


class Leave:
    """Whether to leave. Until everything is prepared the wish to leave breaks off what is being done."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.preparing = True

    def ask(self, signum: int, frame: FrameType | None) -> None:
        """Hear SIGINT and SIGTERM. Raises: SystemExit while preparing."""
        self.event.set()
        if self.preparing:
            self.preparing = False
            raise SystemExit(0)


def run(arguments: argparse.Namespace) -> int:
    """Prepare, then supervise; on SIGINT and SIGTERM end all of it, the bundled database too."""
    host, port = host_and_port(settings.ADDRESS)
    leave = Leave()
    signal.signal(signal.SIGINT, leave.ask)
    signal.signal(signal.SIGTERM, leave.ask)
    with _only_one(settings.HOME):
        _refuse_taken_port(host, port)
        with _database() as watches:
            sign_ins = prepare(samples=not arguments.without_samples)
            leave.preparing = False
            threading.Thread(target=_announce, args=(host, port, sign_ins, leave.event), daemon=True).start()
            children = [Child("web", ["web"]), Child("worker", ["worker"])]
            Supervisor(children, watches=watches, leaving=leave.event).run()
    return 0


def prepare(*, samples: bool) -> list[str]:
    """Bring tables and translations up to the code, load sample data into an empty database; return its sign-ins."""
    _say("bringing the tables up to date")
    call_command("migrate", verbosity=0, interactive=False)
    catalogues.compile_stale()
    sign_ins = _samples() if samples else []
    connections.close_all()
    for wrapper in connections.all():
        if isinstance(wrapper, DatabaseWrapper):
            wrapper.close_pool()
    return sign_ins


def _samples() -> list[str]:
    """Load the sample data where the database is empty, and say who may sign in to it."""
    if importlib.util.find_spec(DEMO) is None:
        return []
    demo = importlib.import_module(DEMO)
    demo.load_if_empty()
    return [*demo.sign_ins(), *demo.customer_sign_in()]


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Refuse a second `steward run` on the same folder."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "run.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SystemExit(f"steward: another `steward run` uses {home}; end it, or set STEWARD_HOME.") from error
        yield


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SystemExit(
                f"steward: {host}:{port} cannot be used ({error.strerror}); set another STEWARD_ADDRESS."
            ) from error


@contextlib.contextmanager
def _database() -> Iterator[list[Any]]:
    """Run the bundled server where there is no DATABASE_URL, and start it again when it dies."""
    if not database.is_bundled(settings.DATABASES["default"]):
        yield []
        return
    _say("starting PostgreSQL")
    bundled.ensure_running(settings.HOME)

    def watch() -> None:
        if not bundled.is_alive(settings.HOME):
            logger.warning("PostgreSQL has gone; starting it again")
            bundled.ensure_running(settings.HOME)

    try:
        yield [watch]
    finally:
        bundled.stop(settings.HOME)


def _announce(host: str, port: int, sign_ins: list[str], leaving: threading.Event) -> None:
    """Print the address and the sign-ins once the web process answers that it is ready."""
    while not leaving.wait(0.2):
        if _is_ready(host, port):
            _say(f"ready at http://{settings.ADDRESS}/")
            for line in sign_ins:
                _say(line)
            return


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _say(text: str) -> None:
    print(f"steward: {text}", file=sys.stdout, flush=True)
