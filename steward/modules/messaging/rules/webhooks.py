"""Webhooks out: where they may go, what they carry, how often they are tried."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

LONGEST_URL = 500
# Ids, codes, numbers, times: what the API would answer about, nothing that somebody wrote.
PLAIN = re.compile(r"[A-Za-z0-9_.:+/-]{1,80}")
LOOKS_PERSONAL = re.compile(r"(?:\+?\d{1,3})?1[3-9]\d{9}|0\d{2,3}-\d{7,8}|\d{15,18}[0-9Xx]?")
LEFT_OUT = frozenset({"before", "after", "reason", "note", "name", "username", "text", "email", "phone", "street"})
# Areas whose events are the house's own business.
NOT_OFFERED = ("people.", "kernel.", "messaging.")

UrlFault = Literal["", "not_http", "not_https", "no_host", "with_password", "too_long"]


def url_fault(url: str, *, private_allowed: bool) -> UrlFault:
    """Name why an address cannot be an endpoint, or return an empty text."""
    if len(url) > LONGEST_URL:
        return "too_long"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "no_host"
    if parts.scheme not in ("http", "https"):
        return "not_http"
    if not host or any(letter.isspace() for letter in url):
        return "no_host"
    if parts.username or parts.password:
        return "with_password"
    return "not_https" if parts.scheme == "http" and not private_allowed else ""


def is_reachable(address: str, *, private_allowed: bool) -> bool:
    """Tell whether a webhook may go to an IP address: a public one, never loopback, private or link-local.

    An IPv6 address that carries an IPv4 one is judged by that. Source: OWASP, server-side request forgery.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        found = inner or found
        if str(found).startswith("64:ff9b:"):
            return False
    if private_allowed:
        return not (found.is_multicast or found.is_unspecified)
    return found.is_global and not found.is_multicast and not found.is_reserved


def is_offered(kind: str) -> bool:
    """Tell whether an endpoint may ask for events of the kind."""
    return not kind.startswith(NOT_OFFERED)


def chosen(kinds: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """List the kinds an endpoint gets: all that are offered where it named none."""
    named = set(wanted)
    return sorted(kind for kind in kinds if is_offered(kind) and (not named or kind in named))


def public_facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of an event's facts what names no person: numbers, codes, times; whoever may know more asks the API."""
    return {name: kept for name, value in data.items() if name not in LEFT_OUT and (kept := _kept(value)) is not None}


def _kept(value: Any) -> Any:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) and not LOOKS_PERSONAL.search(value) else None
    if isinstance(value, list | tuple):
        return [kept for one in value if (kept := _kept(one)) is not None]
    if isinstance(value, Mapping):
        return public_facts(value)
    return None


def pause(attempts: int, *, first_s: int, cap_s: int, chance: float) -> timedelta:
    """Compute the wait after the n-th failed attempt: five times as long each time up to the cap, a bit by chance.

    Source: the schedule that Standard Webhooks recommends (5 s, 5 min, 30 min, 2 h … a day and more in all).
    """
    longest = min(cap_s, first_s * 5 ** min(attempts - 1, 20))
    return timedelta(seconds=longest * (1 + chance / 10))


def is_accepted(status: int) -> bool:
    """Tell whether an answer means that the webhook was taken."""
    return 200 <= status < 300


def is_gone(status: int) -> bool:
    """Tell whether the receiver asks never to be called again (410 Gone)."""
    return status == 410
