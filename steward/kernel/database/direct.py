"""Connections around a pooler, for what keeps a session: the listener, the worker, the intake writer."""

from __future__ import annotations

import os
from typing import Any

from django.db import connections

from steward.kernel.database import url


def connection_params(*, application: str) -> dict[str, Any]:
    """Return psycopg's arguments for a direct connection to the database that Django uses now.

    With DATABASE_DIRECT_URL it is that address; otherwise the default database's, test databases included.
    """
    direct = os.environ.get("DATABASE_DIRECT_URL", "")
    if direct:
        address = url.parse(direct, variable="DATABASE_DIRECT_URL")
        known = {"host": address.host, "port": address.port, "user": address.user, "password": address.password}
        params: dict[str, Any] = {"dbname": address.name, **{k: v for k, v in known.items() if v}, **address.options}
    else:
        params = connections["default"].get_connection_params()
        for django_only in ("cursor_factory", "context", "client_encoding", "options", "prepare_threshold"):
            params.pop(django_only, None)
    return {**params, "application_name": application}
