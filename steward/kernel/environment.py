"""Settings from the environment: strict, documented, secrets also from files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


class BadSetting(SystemExit):
    """Stop at start with a sentence that names the setting, its value and what would fit."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What docs/settings.md says of one setting."""

    name: str
    default: str
    meaning: str


@dataclass(slots=True)
class Environment:
    """Read settings and remember which exist."""

    source: Mapping[str, str]
    known: dict[str, Setting] = field(default_factory=dict)

    def _note(self, name: str, default: str, meaning: str) -> str | None:
        self.known[name] = Setting(name, default, meaning)
        return self.source.get(name) or None

    def text(self, name: str, default: str, meaning: str) -> str:
        """Read a text."""
        return self._note(name, default, meaning) or default

    def boolean(self, name: str, *, default: bool, meaning: str) -> bool:
        """Read a yes or no. Raises: BadSetting for anything else."""
        value = self._note(name, "yes" if default else "no", meaning)
        if value is None:
            return default
        if value.lower() not in TRUE | FALSE:
            raise BadSetting(f"{name}={value!r} is neither yes nor no: use one of yes, no, true, false, 1, 0, on, off.")
        return value.lower() in TRUE

    def integer(self, name: str, *, default: int, meaning: str, minimum: int, maximum: int) -> int:
        """Read a whole number within bounds. Raises: BadSetting."""
        value = self._note(name, str(default), meaning)
        if value is None:
            return default
        if not value.lstrip("-").isdigit() or not minimum <= int(value) <= maximum:
            raise BadSetting(f"{name}={value!r} does not fit: use a whole number from {minimum} to {maximum}.")
        return int(value)

    def names(self, name: str, default: str, meaning: str) -> list[str]:
        """Read a comma-separated list."""
        return [part.strip() for part in self.text(name, default, meaning).split(",") if part.strip()]

    def networks(self, name: str, default: str, meaning: str) -> list[IPv4Network | IPv6Network]:
        """Read a comma-separated list of addresses and networks. Raises: BadSetting for what is neither."""
        try:
            return [ip_network(part) for part in self.names(name, default, meaning)]
        except ValueError as error:
            raise BadSetting(f"{name}: {error}. Write addresses or networks such as 10.0.0.0/8.") from error

    def choice(self, name: str, default: str, options: tuple[str, ...], meaning: str) -> str:
        """Read one of some words. Raises: BadSetting for any other."""
        value = self._note(name, default, f"{meaning} One of {', '.join(options)}.") or default
        if value not in options:
            raise BadSetting(f"{name}={value!r} is not known: use one of {', '.join(options)}.")
        return value

    def secret(self, name: str, meaning: str, *, keep_in: Path | None) -> str:
        """Read a secret from NAME, from the file NAME_FILE, or make one once and keep it in `keep_in` (mode 0600).

        Without `keep_in` it is empty unless given. Raises: BadSetting when the file cannot be read.
        """
        value = self._note(name, "made once and kept in STEWARD_HOME" if keep_in else "", meaning)
        path = self._note(f"{name}_FILE", "", f"File that holds {name}.")
        if value:
            return value
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSetting(f"{name}_FILE={path!r} cannot be read: {error.strerror}.") from error
        return _kept(keep_in) if keep_in else ""


def _kept(path: Path) -> str:
    """Read the secret that was made at the first start, or make it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        try:
            os.link(fresh, path)  # the first of several processes wins
        except FileExistsError:
            fresh.unlink()  # another process made it in this moment: its secret counts
        fresh.unlink(missing_ok=True)
    return path.read_text(encoding="utf-8").strip()
