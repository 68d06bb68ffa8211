"""Django's PostgreSQL backend, which starts the bundled server when a first connection needs it."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from steward.kernel.database import url
from steward.kernel.database.bundled import ensure_running


@lru_cache(maxsize=8)
def _socket_of(home: str) -> tuple[str, str]:
    """Start or adopt the server of a home once in this process; later deaths are the supervisor's to mend."""
    address = url.parse(ensure_running(Path(home)))
    return address.host, address.port


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to PostgreSQL; with BUNDLED_HOME in its settings, to the server bundled with Steward."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return psycopg's connection arguments, once the server they point to is up."""
        home = self.settings_dict.get("BUNDLED_HOME")
        if home and not self.settings_dict["HOST"]:
            self.settings_dict["HOST"], self.settings_dict["PORT"] = _socket_of(home)
        params: dict[str, Any] = super().get_connection_params()
        return params
