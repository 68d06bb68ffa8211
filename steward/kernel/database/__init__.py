"""Where Steward's data live: a PostgreSQL of the operator's, or the bundled one, started at the first connection.

Nothing here imports Django settings, so that settings.py may call it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from steward.kernel.database import url
from steward.kernel.database.bundled import DATABASE, SUPERUSER, ensure_running
from steward.kernel.database.url import Limits

__all__ = ["Limits", "connection_settings", "is_bundled"]


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


def bundled_url(home: Path) -> str:
    """Start or adopt the bundled server of a home and return its URL."""
    return ensure_running(home)
