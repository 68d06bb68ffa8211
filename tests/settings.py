"""Settings of the tests: the same as everywhere, on a server of their own that does not wait for the disk."""

import os
from pathlib import Path

from steward.kernel.database import bundled

os.environ.setdefault("STEWARD_HOME", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ.setdefault("STEWARD_LOG_LEVEL", "WARNING")

# Safe for tests alone: after a loss of power their databases may be broken, and nobody misses them.
SERVER = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "log_min_duration_statement": "-1"}

if not os.environ.get("DATABASE_URL"):
    bundled.ensure_running(Path(os.environ["STEWARD_HOME"]), SERVER)

from steward.settings import *  # noqa: E402, F403
from steward.settings import DATABASES  # noqa: E402

# Each test closes its own connection; a pool would keep the test database from being dropped.
DATABASES["default"]["OPTIONS"].pop("pool", None)
# One round of a cheap hash: tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Static files are looked for when they are asked for: every test client would list them all anew.
WHITENOISE_AUTOREFRESH = True
