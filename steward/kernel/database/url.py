"""Read DATABASE_URL strictly and turn it into Django's connection settings.

What is not understood is refused by name: a misspelt option that is silently ignored costs a night.
"""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
ENGINE = "steward.kernel.database.backend"
ALLOWED_OPTIONS = frozenset(
    {
        "host",
        "port",
        "application_name",
        "channel_binding",
        "connect_timeout",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
    }
)


class InvalidDatabaseURL(ValueError):
    """A database URL says something that Steward does not understand; the message names it, without the password."""


@dataclass(frozen=True)
class DatabaseAddress:
    """One PostgreSQL database and how to reach it."""

    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Limits:
    """What a connection may take.

    Units: milliseconds for the time-outs, connections for the pool, seconds for the wait for a free one.
    """

    pool_min: int = 2
    pool_max: int = 12
    pool_wait_s: float = 10
    statement_timeout_ms: int = 30_000
    lock_timeout_ms: int = 5_000
    idle_in_transaction_timeout_ms: int = 60_000


def parse(url: str, *, variable: str = "DATABASE_URL") -> DatabaseAddress:
    """Parse `postgresql://user:password@host:port/name?sslmode=require`; a socket folder goes into `?host=`.

    Raises: InvalidDatabaseURL.
    """
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise InvalidDatabaseURL(
            f"{variable} must begin with postgresql://, not {parts.scheme or 'nothing'}://: Steward runs on PostgreSQL."
        )
    if parts.fragment:
        raise InvalidDatabaseURL(f"{variable} has a part after '#'; write '#' in a password as %23.")
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise InvalidDatabaseURL(f"{variable} must name one database after the host, as in postgresql://host/steward.")
    options = _options(parts.query, variable)
    try:
        port = str(parts.port or options.pop("port", ""))
    except ValueError as error:
        raise InvalidDatabaseURL(f"{variable} has a port that is not a number from 1 to 65535.") from error
    if port and not (port.isdigit() and 0 < int(port) < 65536):
        raise InvalidDatabaseURL(f"{variable} has a port that is not a number from 1 to 65535.")
    host = unquote(parts.hostname or "")
    if host and "host" in options:
        raise InvalidDatabaseURL(f"{variable} names a host twice: before the path and in ?host=.")
    return DatabaseAddress(
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host or options.pop("host", ""),
        port=port,
        options=options,
    )


def _options(query: str, variable: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise InvalidDatabaseURL(f"{variable} has options that are not name=value pairs joined by '&'.") from error
    options: dict[str, str] = {}
    for key, value in pairs:
        if key not in ALLOWED_OPTIONS:
            raise InvalidDatabaseURL(
                f"{variable} has an unknown option '{key}'. Known are: {', '.join(sorted(ALLOWED_OPTIONS))}."
            )
        if key in options:
            raise InvalidDatabaseURL(f"{variable} gives the option '{key}' twice.")
        if not value:
            raise InvalidDatabaseURL(f"{variable} gives the option '{key}' no value.")
        options[key] = value
    return options


def session_options(limits: Limits) -> str:
    """Write the time-outs as libpq's `options`, so that they hold from a session's first statement on."""
    return (
        f"-c statement_timeout={limits.statement_timeout_ms} -c lock_timeout={limits.lock_timeout_ms} "
        f"-c idle_in_transaction_session_timeout={limits.idle_in_transaction_timeout_ms}"
    )


def django_settings(address: DatabaseAddress, limits: Limits, *, behind_pooler: bool) -> dict[str, Any]:
    """Return one entry of Django's DATABASES.

    Behind a transaction pooler sessions are shared: no prepared statements, no server-side cursors and no session
    options; give the role its time-outs with ALTER ROLE there.
    """
    options: dict[str, Any] = {
        "pool": {"min_size": limits.pool_min, "max_size": limits.pool_max, "timeout": limits.pool_wait_s},
        "application_name": "steward",
        **address.options,
    }
    if behind_pooler:
        options |= {"prepare_threshold": None, "server_side_binding": False}
    else:
        # Django's own defaults turn prepared statements off.
        options |= {"prepare_threshold": 5, "server_side_binding": True, "options": session_options(limits)}
    return {
        "ENGINE": ENGINE,
        "NAME": address.name,
        "USER": address.user,
        "PASSWORD": address.password,
        "HOST": address.host,
        "PORT": address.port,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": behind_pooler,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": options,
    }
