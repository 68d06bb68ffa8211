"""`steward run` comes up, keeps its processes alive and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120
MIGRATING_S = 300


@dataclass
class Running:
    """One `steward run` and where it answers."""

    process: subprocess.Popen[bytes]
    port: int
    home: Path

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask it for a path."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Ask whether it is ready."""
        try:
            return self.get("/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def family(self) -> list[psutil.Process]:
        """List all that belongs to it: children, their children, and the database server."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return bool(process.status() != psutil.STATUS_ZOMBIE) and (
                process.environ().get("STEWARD_HOME") == str(self.home) or process.cwd().startswith(str(self.home))
            )
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return False

    def child(self, name: str) -> psutil.Process:
        """Find the process of one subcommand."""
        return next(p for p in psutil.Process(self.process.pid).children() if p.cmdline()[-1] == name)


def command_of(process: psutil.Process) -> list[str]:
    """Return a process's command line; nothing when it has ended meanwhile."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:  # a zombie too
        return []


def wait_until(condition: Callable[[], bool], limit_s: float = PATIENCE_S) -> None:
    """Wait for something that will come true."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.1)


@pytest.fixture
def running(home: Path, migrated: Path) -> Iterator[Running]:
    """Start `steward run` without sample data on a free port, on tables that stand already."""
    subprocess.run(["cp", "-a", f"{migrated}/.", home], check=True)
    with started(home) as one:
        yield one


@pytest.fixture
def from_nothing(home: Path) -> Iterator[Running]:
    """Start `steward run` without sample data in an empty home."""
    with started(home) as one:
        yield one


@contextmanager
def started(home: Path) -> Iterator[Running]:
    """Start `steward run` in a home, and leave nothing of it behind."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("STEWARD_", "DJANGO_"))}
    environment |= {"STEWARD_HOME": str(home), "STEWARD_ADDRESS": f"127.0.0.1:{port}"}
    command = [sys.executable, "-m", "steward.interfaces.cli", "run", "--without-samples"]
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    one = Running(process, port, home)
    yield one
    sys.stdout.write((home / "output").read_text())  # pytest shows it where the test failed
    if process.poll() is None:
        process.terminate()
        process.wait(PATIENCE_S)
    for left in one.family():
        left.kill()


def test_from_nothing_it_gets_ready_and_leaves_no_process_behind(from_nothing: Running) -> None:
    wait_until(from_nothing.is_ready, MIGRATING_S)
    gets_ready_and_leaves(from_nothing, signal.SIGTERM)


def test_it_gets_ready_and_leaves_no_process_behind(running: Running) -> None:
    wait_until(running.is_ready)
    gets_ready_and_leaves(running, signal.SIGINT)


def gets_ready_and_leaves(running: Running, number: signal.Signals) -> None:
    """Assert that everything answers, and that nothing is left once it was told to leave."""
    assert json.loads(running.get("/readyz")[1]) == {"ready": True, "wrong": {}}
    assert running.get("/healthz")[0] == 200
    assert b"steward_requests_total" in running.get("/metrics")[1]
    assert len(running.family()) >= 4  # supervisor, web, worker, database

    running.process.send_signal(number)

    assert running.process.wait(PATIENCE_S) == 0
    assert running.family() == []


def test_what_is_killed_comes_back_and_a_killed_supervisor_takes_its_children_along(running: Running) -> None:
    wait_until(running.is_ready)
    web, worker = running.child("web"), running.child("worker")
    database = next(p for p in running.family() if command_of(p)[:1] and command_of(p)[0].endswith("/postgres"))

    for process in (web, worker, database):
        process.kill()
    wait_until(lambda: not running.is_ready())

    wait_until(running.is_ready)
    wait_until(lambda: running.child("worker").pid != worker.pid)
    assert running.child("web").pid != web.pid

    running.process.kill()
    running.process.wait()
    wait_until(lambda: not any("steward.interfaces.cli" in command_of(p) for p in running.family()), 30)


def test_a_wish_to_leave_while_preparing_is_heard(from_nothing: Running) -> None:
    wait_until(lambda: (from_nothing.home / "run.lock").exists() and (from_nothing.home / "pg").exists())

    from_nothing.process.send_signal(signal.SIGTERM)

    assert from_nothing.process.wait(PATIENCE_S) == 0
    assert from_nothing.family() == []


def test_a_second_run_on_the_same_folder_is_refused(running: Running) -> None:
    wait_until(running.is_ready)
    environment = {**os.environ, "STEWARD_HOME": str(running.home), "STEWARD_ADDRESS": "127.0.0.1:1"}
    environment["DJANGO_SETTINGS_MODULE"] = "steward.settings"

    second = subprocess.run(
        [sys.executable, "-m", "steward.interfaces.cli", "run"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )

    assert second.returncode == 1
    assert "another `steward run`" in second.stderr
    assert running.is_ready()
