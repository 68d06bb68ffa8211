"""Where a request comes from: the address of the connection, or what a proxy the operator trusts says of it."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Network = IPv4Network | IPv6Network
MOST_HOPS = 20


def address_of(request: HttpRequest) -> str:
    """Name the address somebody calls from; a header counts only where a trusted proxy wrote it."""
    known = str(request.META.get("REMOTE_ADDR") or "")
    return origin(known, request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.TRUSTED_PROXIES)


def network_of(request: HttpRequest) -> str:
    """Name the network somebody calls from: an address of IPv4, and of IPv6 the /64 that one household has whole."""
    address = address_of(request)
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((known.packed[:8] + bytes(8), 64))) if known.version == 6 else address


def origin(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """Follow a chain of proxies back, from the nearest, to the first address that none of ours vouches for.

    What stands further left could have been made up by the caller. What is no address ends the chain.
    """
    found = _plain(peer) or peer
    if not is_trusted(found, trusted):
        return found
    for hop in reversed(forwarded.split(",")[-MOST_HOPS:]):
        address = _plain(hop)
        if not address:
            return found
        found = address
        if not is_trusted(address, trusted):
            return found
    return found


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Tell whether an address is one of the operator's proxies."""
    try:
        known = _unwrapped(address)
    except ValueError:
        return False
    return any(known in network for network in trusted)


def _plain(hop: str) -> str:
    """Read one address of the chain, without a port; empty where it is none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(_unwrapped(text))
    except ValueError:
        return ""


def _unwrapped(text: str) -> IPv4Address | IPv6Address:
    """Read an address; one of four parts that came in the clothes of eight (::ffff:…) is the one it stands for."""
    address = ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address
