"""The AES message mode of WeChat: CBC with the key's first half as vector, padded to 32 bytes, closed by the app's id.

Plain text: 16 random bytes, the length of the message (4 bytes, big endian), the message, the app's id.
Source: https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Message_encryption_and_decryption_instructions.html
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

KEY_CHARS = 43
BLOCK = 32  # WeChat pads to 32 bytes, although the cipher's blocks have 16
RANDOM = 16
LENGTH = 4


class BadSeal(ValueError):
    """Report what was not sealed with this key for this account, or was changed on the way."""


def key_of(encoding_aes_key: str) -> bytes:
    """Read the 43 characters of an EncodingAESKey into the 32 bytes they stand for. Raises: BadSeal."""
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSeal("the EncodingAESKey is no base64") from error
    if len(encoding_aes_key) != KEY_CHARS or len(key) != BLOCK:
        raise BadSeal("an EncodingAESKey has 43 characters")
    return key


def sealed(message: bytes, *, key: bytes, app_id: str) -> str:
    """Encrypt a message for an account."""
    plain = os.urandom(RANDOM) + len(message).to_bytes(LENGTH, "big") + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    box = _cipher(key).encryptor()
    return base64.b64encode(box.update(plain + bytes([pad]) * pad) + box.finalize()).decode()


def opened(text: str, *, key: bytes, app_id: str) -> bytes:
    """Decrypt a message and check that it was meant for this account. Raises: BadSeal."""
    try:
        cipher_text = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSeal("no base64") from error
    if not cipher_text or len(cipher_text) % BLOCK:
        raise BadSeal("no whole blocks")
    box = _cipher(key).decryptor()
    plain = box.update(cipher_text) + box.finalize()
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
        raise BadSeal("padding")
    plain = plain[:-pad]
    end = RANDOM + LENGTH + int.from_bytes(plain[RANDOM : RANDOM + LENGTH], "big")
    if len(plain) < RANDOM + LENGTH or end > len(plain):
        raise BadSeal("length")
    if not hmac.compare_digest(plain[end:], app_id.encode()):
        raise BadSeal("sealed for another account")
    return plain[RANDOM + LENGTH : end]


def _cipher(key: bytes) -> Cipher[CBC]:
    return Cipher(AES(key), CBC(key[:16]))
