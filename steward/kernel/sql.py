"""Set-based statements of the hot paths: one file per statement, loaded once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def load(package: str, name: str) -> str:
    """Read `package`/sql/`name`.sql.

    Raises: FileNotFoundError.
    """
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
