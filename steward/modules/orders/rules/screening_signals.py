"""What an order has in common with others: canonical values to be indexed, and how they are shown masked."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime

NETWORK_BITS = 64  # a household has a whole IPv6 network of this size and changes its address within it at will
NOISE = re.compile(r"[\s\W_]+")
LONGEST = 400
# Addresses that many houses have inside, so that they say nothing of who ordered.
INSIDE = tuple(
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
DIGITS = str.maketrans("零〇一二三四五六七八九", "00123456789")
# One word for what people write in several ways; a house number is the same with and without these.
SAME = (
    (re.compile("[號号#]"), "号"),
    (re.compile("[棟栋座楼樓幢]"), "幢"),
    (re.compile("单元|單元|门洞"), "-"),
    (re.compile("[室房户戶]$"), ""),
)
COUNTED = re.compile("[零〇一二三四五六七八九]+(?=[号幢弄室巷栋座楼号号單单层層])")


def canonical_address(country: str, district_code: str, street: str, postcode: str = "") -> str:
    """Bring an address to one spelling: the district's code, then the street without noise; "" where too little.

    Widths, cases, blanks and the usual ways of writing a house number do not matter.
    """
    text = unicodedata.normalize("NFKC", street).casefold()
    text = COUNTED.sub(lambda digits: digits.group().translate(DIGITS), text)
    for pattern, word in SAME:
        text = pattern.sub(word, text.strip())
    text = NOISE.sub("", text)[:LONGEST]
    where = district_code or NOISE.sub("", postcode).casefold()
    return f"{country}|{where}|{text}" if len(text) >= 3 and (where or len(text) >= 8) else ""


def canonical_ip(text: str) -> str:
    """Bring an IP address to one spelling, IPv6 to its network; "" for what is none, or names no visitor."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    nowhere = address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    if nowhere or any(address in network for network in INSIDE):
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, NETWORK_BITS), strict=False))


def canonical_id(text: str) -> str:
    """Bring the id of a device or an account to one spelling; "" for what identifies nothing."""
    spelt = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    value = "".join(unicodedata.normalize("NFKC", spelt).casefold().split())
    return value if len(value) >= 4 and len(set(value)) > 1 else ""


def signup_s(registered_at: datetime | None, placed_at: datetime) -> float | None:
    """Compute the time from sign-up to the order; clocks that differ make it 0. Units: seconds."""
    if registered_at is None:
        return None
    return max(0.0, (placed_at - registered_at).total_seconds())


def masked_ip(text: str) -> str:
    """Show the first half of an IP address: 203.0.*.*."""
    separator = ":" if ":" in text else "."
    parts = text.partition("/")[0].split(separator)
    return separator.join(parts[:2]) + separator + "*" if len(parts) > 1 else "*"


def masked_id(text: str) -> str:
    """Show the first three characters of an id: abc****."""
    return text[:3] + "****"


def shortened(mask: Callable[[str], str], text: str, *, longest: int = 80) -> str:
    """Mask a value and keep it short enough to be kept."""
    return mask(text)[:longest]


MASKS: Mapping[str, Callable[[str], str]] = {"ip": masked_ip, "device": masked_id, "payment_account": masked_id}
