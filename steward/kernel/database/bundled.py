"""Start, adopt, stop and describe the PostgreSQL that comes with Steward, one server for each home folder.

The server listens on a unix socket alone, in a folder that only its user and root may enter, so it asks for no
password. It outlives the process that started it; `stop` ends it. Whoever calls `ensure_running` first starts it, all
others adopt it; a file lock keeps them from starting two.
"""

import contextlib
import fcntl
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from steward.kernel.database.binaries import BundledDatabaseError
from steward.kernel.database.place import Place, find_place, prepare_place

DATABASE = "steward"
SUPERUSER = "postgres"
PORT = 5432
START_LIMIT_S = 60.0
REFUSAL_LIMIT_S = 15.0
STOP_LIMIT_S = 15
ORPHAN_PATIENCE_S = 3.0
# No process can have this number (Linux stops at 2**22), so PostgreSQL takes the lock file for a stale one.
NOBODYS_PID = 2**31 - 2

READY, REJECTING = 0, 1

SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "synchronous_commit": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_duration_statement": "2000",
    "log_lock_waits": "on",
}


@dataclass(frozen=True)
class Status:
    """What is known of one home's server."""

    running: bool
    url: str | None
    pid: int | None
    data: Path | None


def ensure_running(home: Path, settings: Mapping[str, str] | None = None) -> str:
    """Start this home's server, or adopt the one that runs, and return its URL.

    `settings` are further server settings; they count only where this call starts the server.
    Raises: BundledDatabaseError when it does not come up within a minute.
    """
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _only_one(home):
        place = prepare_place(home)
        _create_cluster(place)
        _wait_until_ready(place, {**SERVER_SETTINGS, **(settings or {})})
        _create_database(place)
    return url_of(place)


def stop(home: Path) -> bool:
    """Stop this home's server, rolling back what is open; tell whether there was one to stop."""
    home = home.resolve()
    if not home.exists():
        return False
    with _only_one(home):
        place = find_place(home)
        if place is None or _postmaster_pid(place) is None:
            return False
        _stop(place)
        if place.socket_folder != place.folder:
            shutil.rmtree(place.socket_folder, ignore_errors=True)
    return True


def status(home: Path) -> Status:
    """Describe this home's server; touch nothing."""
    place = find_place(home.resolve())
    if place is None:
        return Status(running=False, url=None, pid=None, data=None)
    running = _readiness(place) == READY
    return Status(running=running, url=url_of(place), pid=_postmaster_pid(place), data=place.data)


def is_alive(home: Path) -> bool:
    """Tell whether this home's server process lives, without asking it anything; cheap enough for every second."""
    place = find_place(home.resolve())
    return place is not None and _postmaster_pid(place) is not None


def remove(home: Path) -> None:
    """Stop this home's server and delete its data, wherever they lie."""
    stop(home)
    place = find_place(home.resolve())
    if place is not None:
        shutil.rmtree(place.folder)
    shutil.rmtree(home.resolve() / "pg", ignore_errors=True)


@contextlib.contextmanager
def temporary_server(path: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Lend a server of its own in a folder, and leave nothing behind."""
    created = not path.exists()
    try:
        yield ensure_running(path, settings)
    finally:
        remove(path)
        (path / "pg.lock").unlink(missing_ok=True)
        if created:
            path.rmdir()


def url_of(place: Place, database: str = DATABASE) -> str:
    """Write the libpq URL of a place."""
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(place.socket_folder), safe='')}&port={PORT}"


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Keep two processes from starting or stopping one home's server at the same time."""
    with (home / "pg.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _create_cluster(place: Place) -> None:
    """Create the database files under another name first, so that a crash in the middle leaves nothing half-made."""
    if (place.data / "PG_VERSION").exists():
        return
    unfinished = place.folder / "pg.init"
    shutil.rmtree(unfinished, ignore_errors=True)
    place.runner.own(place.folder)
    result = place.runner.run(
        [
            place.program("initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
    )
    if result.returncode != 0:
        raise BundledDatabaseError(f"initdb failed in {unfinished}: {result.stderr.strip()}")
    unfinished.rename(place.data)


def _create_database(place: Place) -> None:
    with psycopg.connect(url_of(place, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _wait_until_ready(place: Place, settings: Mapping[str, str]) -> None:
    """Start the server unless it runs, and wait until it answers, clearing away what a crash has left."""
    begun = time.monotonic()
    refusal = ""
    while time.monotonic() - begun < START_LIMIT_S:
        readiness = _readiness(place)
        if readiness == READY:
            return
        if readiness != REJECTING and _postmaster_pid(place) is None:
            if time.monotonic() - begun > ORPHAN_PATIENCE_S:
                _end_orphans(place)
            _disown_stale_lock(place)
            refusal = _start(place, settings)
            if refusal and time.monotonic() - begun > REFUSAL_LIMIT_S:
                break
        time.sleep(0.05)
    last_words = _last_words(place) or refusal
    raise BundledDatabaseError(f"PostgreSQL in {place.data} does not come up; {place.log} says why: {last_words}")


def _last_words(place: Place) -> str:
    with contextlib.suppress(FileNotFoundError):
        lines = [line for line in place.log.read_text(errors="replace").splitlines() if "FATAL" in line]
        return lines[-1] if lines else ""
    return ""


def _readiness(place: Place) -> int:
    command = [place.program("pg_isready"), "-q", "-h", place.socket_folder, "-p", str(PORT), "-U", SUPERUSER]
    return place.runner.run(command).returncode


def _start(place: Place, settings: Mapping[str, str]) -> str:
    """Ask pg_ctl to start the server; return its complaint, empty when it did."""
    place.runner.own(place.socket_folder)
    every = {**settings, "unix_socket_directories": str(place.socket_folder), "port": str(PORT)}
    options = " ".join(f"-c {shlex.quote(f'{key}={value}')}" for key, value in every.items())
    command = [place.program("pg_ctl"), "-D", place.data, "-l", place.log, "-w", "-t", "30", "-o", options, "start"]
    result = place.runner.run(command)
    return "" if result.returncode == 0 else result.stderr.strip()


def _stop(place: Place) -> None:
    """Roll back what is open and stop; where that takes too long (a crash under way), stop as a crash would.

    Nothing committed is lost either way: the next start replays the log.
    """
    complaint = ""
    for manner in ("fast", "immediate"):
        command = [place.program("pg_ctl"), "-D", place.data, "-w", "-t", str(STOP_LIMIT_S), "-m", manner, "stop"]
        result = place.runner.run(command)
        if result.returncode == 0 or _postmaster_pid(place) is None:
            return
        complaint = result.stderr.strip()
    raise BundledDatabaseError(f"PostgreSQL in {place.data} did not stop: {complaint}")


def _lock_file_pid(place: Place) -> int | None:
    with contextlib.suppress(FileNotFoundError):
        first = (place.data / "postmaster.pid").read_text().partition("\n")[0].strip()
        return abs(int(first)) if first.lstrip("-").isdigit() else None
    return None


def _postmaster_pid(place: Place) -> int | None:
    """Return the number of the living server process of this place: not of a zombie, nor of a stranger."""
    pid = _lock_file_pid(place)
    return pid if pid is not None and _serves(pid, place) else None


def _serves(pid: int, place: Place) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == place.data
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _disown_stale_lock(place: Place) -> None:
    """Let PostgreSQL see that the process named in its lock file is not its own.

    Only the first line changes: the rest names the shared memory by which PostgreSQL still refuses to start while
    processes of the dead server are alive.
    """
    pid = _lock_file_pid(place)
    if pid is None or not psutil.pid_exists(pid):
        return
    file = place.data / "postmaster.pid"
    _, newline, rest = file.read_text().partition("\n")
    file.write_text(f"{NOBODYS_PID}{newline}{rest}")


def _end_orphans(place: Place) -> None:
    """End server processes whose postmaster has died and that have not noticed it themselves."""
    for process in psutil.process_iter():
        if _serves(process.pid, place):
            print(f"steward: ending process {process.pid}, left by a dead PostgreSQL.", file=sys.stderr)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGQUIT)
