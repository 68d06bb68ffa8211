"""Prepare what a benchmark needs and leave nothing behind: a server on tmpfs, a migrated database, a web process."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

from steward.kernel.database.binaries import wheel_install

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "bench" / "reference"
MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Lend a folder, on tmpfs where there is one: the disk's flush time would be measured otherwise."""
    base = MEMORY if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else None
    path = Path(tempfile.mkdtemp(prefix="steward-bench-", dir=base))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port() -> int:
    """Find a free port on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(url: str, folder: Path) -> dict[str, str]:
    """Say what a process of Steward needs to work on a benchmark's own database and folder."""
    # Where nothing may be compiled beforehand, each process would compile all it imports: seconds that no house pays.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **inherited,
        "DATABASE_URL": url,
        "STEWARD_HOME": str(folder / "home"),
        "DJANGO_SETTINGS_MODULE": "steward.settings",
        "STEWARD_LOG_LEVEL": "WARNING",
    }


def steward(environment: dict[str, str], *arguments: str) -> None:
    """Run a `steward` command to its end. Raises: CalledProcessError."""
    command = [sys.executable, "-m", "steward.interfaces.cli", *arguments]
    subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def process(environment: dict[str, str], command: list[str], port: int, path: str) -> Iterator[int]:
    """Run a server until the block ends; waits until `path` answers 200. Yields its process id."""
    running = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}{path}", running)
        yield running.pid
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextlib.contextmanager
def beside(environment: dict[str, str], command: list[str]) -> Iterator[int]:
    """Run a process that answers nobody until the block ends. Yields its process id."""
    running = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield running.pid
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for(url: str, running: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Wait until an address answers 200. Raises: RuntimeError when the process ends or time is up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if running.poll() is not None:
            raise RuntimeError(f"the server ended with {running.returncode}")
        with contextlib.suppress(URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not answer in {seconds:.0f} s")


def database(url: str, name: str) -> str:
    """Create a database on the server. Returns its URL."""
    subprocess.run([_psql(), "-q", "-c", f"CREATE DATABASE {name}", url], check=True)
    return url.replace("/steward?", f"/{name}?")


def reference(url: str) -> str:
    """Create a database with the reference's tables on the server. Returns its URL."""
    made = database(url, "reference")
    subprocess.run([_psql(), "-q", "-f", str(REFERENCE / "schema.sql"), made], check=True, stdout=subprocess.DEVNULL)
    return made


def _psql() -> str:
    return str(wheel_install() / "bin" / "psql")


def pgbench(url: str, script: Path, *, clients: int, seconds: float) -> float:
    """Run a pgbench script with prepared statements. Returns transactions per second."""
    program = str(wheel_install() / "bin" / "pgbench")
    command = [program, "-n", "-f", str(script), "-c", str(clients), "-j", "2", "-T", str(int(seconds))]
    done = subprocess.run([*command, "--protocol=prepared", url], check=True, capture_output=True, text=True)
    line = next(line for line in done.stdout.splitlines() if line.startswith("tps"))
    return float(line.split("=")[1].split()[0])
