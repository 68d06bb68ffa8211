"""Decide where one home's bundled PostgreSQL keeps its data, its socket and its log."""

import hashlib
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from steward.kernel.database.binaries import (
    SYSTEM_FOLDER,
    BundledDatabaseError,
    Runner,
    choose_runner,
    reachable_binaries,
)

# A socket's whole path may be 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_FOLDER = 85
POINTER = "elsewhere"


@dataclass(frozen=True)
class Place:
    """Everything needed to speak about one home's server."""

    home: Path
    folder: Path
    runner: Runner
    binaries: Path

    @property
    def data(self) -> Path:
        """Where the database files lie."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.folder / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: beside the data, or in /tmp where that path would be too long for a socket."""
        if len(os.fsencode(self.folder)) <= LONGEST_SOCKET_FOLDER:
            return self.folder
        return Path("/tmp") / f"steward-pg-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"  # noqa: S108

    def program(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs."""
        return self.binaries / name


def existing_folder(home: Path) -> Path | None:
    """Find where this home's data lie, if they were ever created."""
    near = home / "pg"
    try:
        far = Path((near / POINTER).read_text().strip()) if (near / POINTER).exists() else None
        for folder in (far, near):
            if folder is not None and (folder / "data" / "PG_VERSION").exists():
                return folder
    except PermissionError as error:
        raise BundledDatabaseError(
            f"The bundled PostgreSQL in {near} belongs to another user. Run Steward as that user or as root, "
            "or give another folder in STEWARD_HOME."
        ) from error
    return None


def find_place(home: Path) -> Place | None:
    """Return this home's place if its database was ever created; touch nothing."""
    folder = existing_folder(home)
    if folder is None:
        return None
    runner = choose_runner(folder / "data")
    return Place(home=home, folder=folder, runner=runner, binaries=reachable_binaries(runner, folder))


def prepare_place(home: Path) -> Place:
    """Return this home's place, choosing and creating its folder the first time."""
    place = find_place(home)
    if place is not None:
        return place
    near = home / "pg"
    near.mkdir(parents=True, exist_ok=True)
    runner = choose_runner(near)
    folder = near
    runner.own(near)
    if not runner.can_enter(near):
        folder = SYSTEM_FOLDER / f"steward-pg-{secrets.token_hex(6)}"
        print(
            f"steward: user '{runner.name}', who runs PostgreSQL here, cannot enter {near}; its data go to {folder}.",
            file=sys.stderr,
        )
        runner.own(folder)
        (near / POINTER).write_text(f"{folder}\n")
    return Place(home=home, folder=folder, runner=runner, binaries=reachable_binaries(runner, folder))
