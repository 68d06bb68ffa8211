"""Personal data: sealed with a key per person, found through blind indexes, shown masked.

A person's data key is wrapped by the master key of the operator. Rotation rewraps, erasure destroys the person's key;
neither touches the event log, which holds ciphertext only. A blind index is a keyed hash: equal values meet, nothing
can be read back.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors

NONCE_BYTES = 12
INDEX_BYTES = 16


class Erased(errors.Refusal):
    """Refuse to open what was erased."""

    code = "personal_data_erased"
    status = 410
    message = _("This person's data was erased; it cannot be shown any more.")


class WrappedKey(msgspec.Struct, frozen=True):
    """A new data key with its wrapped form."""

    key: bytes
    wrapped: bytes
    master_version: int


def _master(version: int) -> bytes:
    return bytes(settings.MASTER_KEYS[version])


def new_key() -> WrappedKey:
    """Make a data key for a new person and wrap it with the current master key."""
    version = max(settings.MASTER_KEYS)
    key, nonce = os.urandom(32), os.urandom(NONCE_BYTES)
    return WrappedKey(key, nonce + AESGCM(_master(version)).encrypt(nonce, key, None), version)


def unwrap(wrapped: bytes | memoryview | None, master_version: int) -> bytes:
    """Open a wrapped data key. Raises: Erased when the key was destroyed."""
    if wrapped is None:
        raise Erased
    sealed = bytes(wrapped)
    return AESGCM(_master(master_version)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)


def rewrap(wrapped: bytes | memoryview, master_version: int) -> WrappedKey:
    """Wrap an existing data key with the current master key (rotation)."""
    key, version, nonce = unwrap(wrapped, master_version), max(settings.MASTER_KEYS), os.urandom(NONCE_BYTES)
    return WrappedKey(key, nonce + AESGCM(_master(version)).encrypt(nonce, key, None), version)


def seal(key: bytes, fields: Any) -> bytes:
    """Encrypt a group of fields as one value."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, msgspec.msgpack.encode(fields), None)


def unseal(key: bytes, sealed: bytes | memoryview) -> Any:
    """Decrypt what `seal` made. Raises: ValueError when key and value do not belong together."""
    value = bytes(sealed)
    try:
        return msgspec.msgpack.decode(AESGCM(key).decrypt(value[:NONCE_BYTES], value[NONCE_BYTES:], None))
    except InvalidTag as error:
        raise ValueError("sealed with another key, or changed") from error


def blind_index(kind: str, value: str, *, version: int | None = None) -> bytes:
    """Hash a canonical value (e.g. phone in E.164) so that equal values can be found.

    Units: 16 bytes. The kind enters the hash, so a phone never meets an e-mail.
    """
    keys = settings.INDEX_KEYS
    digest = hmac.digest(keys[max(keys) if version is None else version], f"{kind}\0{value}".encode(), hashlib.sha256)
    return digest[:INDEX_BYTES]


def name_bigrams(name: str) -> list[bytes]:
    """Index the pairs of neighbouring characters of a name, so that a part of it can be searched."""
    text = "".join(name.split()).lower()
    return [blind_index("name2", text[i : i + 2]) for i in range(len(text) - 1)] or (
        [blind_index("name2", text)] if text else []
    )


def masked_name(name: str) -> str:
    """Show the first character only: 李*, M***."""
    return name[:1] + "*" * min(max(len(name) - 1, 0), 3)


def masked_phone(phone: str) -> str:
    """Show the first three and last four digits: 138****5521."""
    digits = phone.removeprefix("+86")
    return digits[:3] + "****" + digits[-4:] if len(digits) >= 8 else "****"


def masked_email(email: str) -> str:
    """Show the first character and the domain: m***@example.com."""
    local, at, domain = email.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


def masked_street(street: str) -> str:
    """Show the first six characters of a street address."""
    return street[:6] + "****" if street else ""
