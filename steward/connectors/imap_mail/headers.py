"""Read headers as they are really written: encoded words cut in halves, raw octets, names in every notation.

Source: RFC 2047, RFC 2231, and what programs make of them.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from email.message import Message
from email.utils import getaddresses
from urllib.parse import unquote_to_bytes

from steward.connectors.imap_mail.charsets import decoded

WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?]*)?\?([bBqQ])\?([^?]*)\?=")
GAP = re.compile(r"(\?=)\s+(=\?)")
ADDRESS = re.compile(r"[^\s<>\"',;:()\[\]@]{1,64}@[^\s<>\"',;:()\[\]@]{1,253}")
IDS = re.compile(r"<[^<>\s]{1,990}>")
LONGEST = 20_000
CONTINUED = re.compile(r"^(file)?name\*(\d+)(\*)?$")


def raw(message: Message, name: str) -> str:
    """Return a header as it stands, raw octets read as what they most likely are; empty where there is none."""
    try:
        value = message.get(name)
    except (ValueError, IndexError, TypeError, AttributeError):
        return ""
    if value is None:
        return ""
    octets = _as_written(value)[:LONGEST]
    return decoded(octets).replace("\r", "").replace("\n", "")


def _as_written(value: object) -> bytes:
    """Undo what the parser did to octets it could not read."""
    chunks = getattr(value, "_chunks", None)
    text = "".join(part for part, _charset in chunks) if chunks is not None else str(value)
    return text.encode("utf-8", "surrogateescape")


def text(message: Message, name: str) -> str:
    """Return a header as people read it."""
    return words(raw(message, name))


def words(value: str) -> str:
    """Read the encoded words in a text; neighbours of one charset are put together before they are read."""
    joined = GAP.sub(r"\1\2", value)
    made: list[str] = []
    pending: list[bytes] = []
    charset, at = "", 0
    for found in WORD.finditer(joined):
        between = joined[at : found.start()]
        label = found[1].lower()
        if pending and (between or label != charset):
            made.append(decoded(b"".join(pending), charset))
            pending = []
        made.append(between)
        pending.append(_octets(found[2], found[3]))
        charset, at = label, found.end()
    if pending:
        made.append(decoded(b"".join(pending), charset))
    made.append(joined[at:])
    return "".join(made)


def _octets(how: str, written: str) -> bytes:
    plain = written.encode("utf-8", "replace")
    if how in "qQ":
        return quopri.decodestring(plain.replace(b"_", b" "), header=False)
    padded = re.sub(rb"[^A-Za-z0-9+/]", b"", plain)
    padded = padded[: len(padded) - 1] if len(padded) % 4 == 1 else padded
    try:
        return base64.b64decode(padded + b"=" * (-len(padded) % 4))
    except (binascii.Error, ValueError):
        return plain


def addresses(message: Message, *names: str) -> list[tuple[str, str]]:
    """List name and address of everybody some headers name; what is no address is left out."""
    found: list[tuple[str, str]] = []
    for name in names:
        for value in all_raw(message, name):
            found += _addresses(value)
    return found


def all_raw(message: Message, name: str) -> list[str]:
    """Return every header of a name, as `raw` does."""
    try:
        values = message.get_all(name) or []
    except (ValueError, IndexError, TypeError, AttributeError):
        return []
    return [decoded(_as_written(value)[:LONGEST]).replace("\r", "").replace("\n", "") for value in values[:50]]


def _addresses(value: str) -> list[tuple[str, str]]:
    try:
        parsed = getaddresses([value])
    except (ValueError, IndexError, TypeError, AttributeError):
        parsed = []
    pairs = [(words(name).strip(), address.strip()) for name, address in parsed if ADDRESS.fullmatch(address.strip())]
    if not pairs:
        # Names that break the grammar, e.g. an address in the name or unquoted commas in a decoded one.
        pairs = [(words(value.partition("<")[0]).strip(' "'), match[0]) for match in ADDRESS.finditer(words(value))][:1]
    return pairs


def ids(message: Message, *names: str) -> list[str]:
    """List the message ids some headers name, in their order, each once."""
    found = [one for name in names for one in IDS.findall(raw(message, name))]
    return list(dict.fromkeys(found))


def filename(part: Message) -> str:
    """Return the name of a file, whichever notation it has: plain, encoded word, RFC 2231 whole or in parts."""
    for header, parameter in (("content-disposition", "filename"), ("content-type", "name")):
        value = raw(part, header)
        if found := _parameter(value, parameter):
            return words(found)
    return ""


def _parameter(header: str, name: str) -> str:
    pairs = _pairs(header)
    if f"{name}*" in pairs:
        return _extended(pairs[f"{name}*"])
    parts = sorted(
        (int(match[2]), bool(match[3]), value)
        for key, value in pairs.items()
        if (match := CONTINUED.match(key)) and key.startswith(f"{name}*")
    )
    if parts:
        joined = "".join(value for _number, _encoded, value in parts)
        return _extended(joined) if any(encoded for _number, encoded, _value in parts) else joined
    return pairs.get(name, "")


def _pairs(header: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in re.finditer(r';\s*([A-Za-z0-9*_-]{1,40})\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', header):
        value = match[2].strip()
        if len(value) > 1 and value[0] == value[-1] == '"':
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.setdefault(match[1].lower(), value)
    return found


def _extended(value: str) -> str:
    """Read charset'language'percent-encoded."""
    charset, first, rest = value.partition("'")
    _language, second, encoded = rest.partition("'")
    if not (first and second):
        charset, encoded = "", value
    return decoded(unquote_to_bytes(encoded), charset)
