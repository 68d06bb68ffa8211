"""Test databases: migrate once into a template, then copy it, which takes a tenth of a second.

The template is named after what the migrations say, so that a changed migration makes a new one.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psutil
import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

LOCK = 7_361_001  # any number that all test processes agree on


@contextmanager
def lent(worker: str) -> Iterator[str]:
    """Create a database for one test process, point Django to it, and drop it at the end."""
    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    name = f"test_{os.getpid()}_{worker}"
    with _maintenance(connection) as server:
        _drop_abandoned(server)
        template = _template(server, connection)
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    _point(connection, name)
    try:
        yield name
    finally:
        _point(connection, before)
        with _maintenance(connection) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def renew() -> None:
    """Copy the template anew after a test that committed: a flush would also wipe what the migrations put in."""
    connection = connections["default"]
    name = connection.settings_dict["NAME"]
    if not name.startswith("test_"):
        return
    connection.close()
    with _maintenance(connection) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{_template(server, connection)}" STRATEGY FILE_COPY')


def _point(connection: BaseDatabaseWrapper, name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


@contextmanager
def _maintenance(connection: BaseDatabaseWrapper) -> Iterator[psycopg.Connection]:
    """Connect to the server itself, holding the lock that keeps two processes from making one template."""
    params = connection.get_connection_params()
    wanted = {key: params[key] for key in ("host", "port", "user", "password") if params.get(key)}
    with psycopg.connect(**wanted, dbname="postgres", autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield server


def _drop_abandoned(server: psycopg.Connection) -> None:
    """Drop databases of test processes that were killed."""
    for (name,) in server.execute(r"SELECT datname FROM pg_database WHERE datname ~ '^test_\d+_'").fetchall():
        if not psutil.pid_exists(int(name.split("_")[1])):
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _template(server: psycopg.Connection, connection: BaseDatabaseWrapper) -> str:
    """Return the name of a migrated database, making it the first time."""
    name = f"template_{_fingerprint()}"
    known = [row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'")]
    if name in known:
        return name
    unfinished = "template_unfinished"
    for old in known:
        server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
    server.execute(f'CREATE DATABASE "{unfinished}"')
    before = connection.settings_dict["NAME"]
    _point(connection, unfinished)
    call_command("migrate", verbosity=0, interactive=False)
    _point(connection, before)
    server.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{name}"')
    return name


@cache
def _fingerprint() -> str:
    """Hash all migrations."""
    digest = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        for file in sorted((Path(config.path) / "migrations").glob("**/*")):
            if file.is_file() and file.suffix in {".py", ".sql"}:
                digest.update(str(file).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
