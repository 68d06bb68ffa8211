"""Where Steward's data live: a PostgreSQL of the operator's, or the bundled one, started at the first connection.

Nothing here imports Django settings, so that settings.py may call it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from steward.kernel.database import url
from steward.kernel.database.bundled import DATABASE, SUPERUSER
from steward.kernel.database.url import Limits

__all__ = ["Limits", "connection_settings", "is_bundled", "settings"]


def settings(environ: Mapping[str, str], home: Path) -> dict[str, Any]:
    """Return Django's DATABASES; STEWARD_DATABASE_POOL bounds the connections of each process."""
    pool = environ.get("STEWARD_DATABASE_POOL") or str(Limits.pool_max)
    return {"default": connection_settings(environ, home, Limits(pool_max=int(pool)))}


def connection_settings(environ: Mapping[str, str], home: Path, limits: Limits | None = None) -> dict[str, Any]:
    """Return Django's settings of the default database: DATABASE_URL's, or those of the bundled server in `home`.

    Reading settings starts no server: the backend starts the bundled one at the first connection, so that checks and
    tools that only import the settings leave nothing running.
    Raises: InvalidDatabaseURL.
    """
    limits = limits or Limits()
    given = environ.get("DATABASE_URL", "")
    direct = environ.get("DATABASE_DIRECT_URL", "")
    if direct:
        url.parse(direct, variable="DATABASE_DIRECT_URL")
    if given:
        return url.django_settings(url.parse(given), limits, behind_pooler=bool(direct))
    if direct:
        raise url.InvalidDatabaseURL("DATABASE_DIRECT_URL is set but DATABASE_URL is not; set both, or neither.")
    address = url.DatabaseAddress(name=DATABASE, user=SUPERUSER)
    return {**url.django_settings(address, limits, behind_pooler=False), "BUNDLED_HOME": str(home)}


def is_bundled(settings: Mapping[str, Any]) -> bool:
    """Tell whether an entry of DATABASES means the bundled server."""
    return "BUNDLED_HOME" in settings
