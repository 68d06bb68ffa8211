"""Keep secrets of programs (callback secrets, keys of services) sealed under the operator's master key."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
VERSION_BYTES = 2


def seal_with_master(secret: bytes, *, purpose: str) -> bytes:
    """Encrypt a secret with the current master key; the key's version leads, the purpose is bound to it."""
    version, nonce = max(settings.MASTER_KEYS), os.urandom(NONCE_BYTES)
    head = version.to_bytes(VERSION_BYTES, "big")
    return head + nonce + AESGCM(settings.MASTER_KEYS[version]).encrypt(nonce, secret, purpose.encode())


def unseal_with_master(sealed: bytes | memoryview, *, purpose: str) -> bytes:
    """Decrypt what `seal_with_master` made.

    Raises: ValueError when it was made with a key or for a purpose other than given, or was changed.
    """
    value = bytes(sealed)
    version, rest = int.from_bytes(value[:VERSION_BYTES], "big"), value[VERSION_BYTES:]
    if version not in settings.MASTER_KEYS:
        raise ValueError(f"sealed with master key {version}, which STEWARD_MASTER_KEYS does not hold")
    box = AESGCM(settings.MASTER_KEYS[version])
    try:
        return box.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], purpose.encode())
    except InvalidTag as error:
        raise ValueError("sealed with another key or for another purpose, or changed") from error


def derived_keys(purpose: str) -> dict[int, bytes]:
    """Derive a key for a purpose from each master key, by its version: the newest signs, all that are kept verify."""
    return {
        version: hmac.digest(key, f"derived\0{purpose}".encode(), hashlib.sha256)
        for version, key in settings.MASTER_KEYS.items()
    }
