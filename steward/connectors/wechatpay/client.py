"""Call WeChat Pay: wechatpayv3 signs, verifies and decrypts, our own line carries it, with limits of time and size.

Source: WeChat Pay APIv3, “签名生成”, “签名验证”, “回调报文解密” (https://pay.weixin.qq.com/doc/v3/merchant/4012365342).
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from wechatpayv3 import utils

from steward.connectors.paying import LARGEST_BILL_BYTES, TOLERANCE_S, Broken, call
from steward.modules.payments.ports import Access, UnfitKey

CERTIFICATE = "-----BEGIN CERTIFICATE-----"
APIV3_KEY_BYTES = 32
FURTHER = re.compile(r"(?P<id>\w{8,64})\s+(?P<key>-----BEGIN (?P<what>[A-Z ]+)-----[^-]+-----END (?P=what)-----)")


class Unproven(Exception):
    """Report that nothing proves that words are WeChat Pay's; says why."""


class Told(Struct, frozen=True):
    """An answer. `is_signed`: it is proven to be WeChat Pay's; of its errors it does not sign all."""

    status: int
    content: dict[str, Any]
    is_signed: bool


class Client:
    """One merchant at WeChat Pay."""

    def __init__(self, access: Access) -> None:
        fields = access.fields
        self.address = access.address.rstrip("/")
        self.mchid = fields.get("mchid", "")
        self._serial_no = fields.get("serial_no", "")
        self._private_key = _private_key(fields.get("private_key", ""))
        self._platform_key_id = fields.get("platform_key_id", "")
        self._platform_keys = _further_keys(fields.get("further_keys", "")) | {
            self._platform_key_id: _platform_key(fields.get("platform_key", ""), "platform_key")
        }
        self._apiv3_key = fields.get("apiv3_key", "")
        if len(self._apiv3_key.encode()) != APIV3_KEY_BYTES:
            raise UnfitKey(field="apiv3_key")

    def told(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Told:
        """Call and return the answer; what WeChat signed must be signed right. Raises: Broken."""
        body = json.dumps(content) if content is not None else ""
        headers = {**self._headers(method, path, body), "Content-Type": "application/json"}
        heard = call(method, self.address + path, headers=headers, body=body.encode() or None)
        is_signed = 200 <= heard.status < 300 or "wechatpay-signature" in heard.headers
        try:
            if is_signed:
                self.require_proof(heard.headers, heard.body, at=time.time())
            return Told(heard.status, msgspec.json.decode(heard.body, type=dict[str, Any]), is_signed)
        except Unproven as error:
            raise Broken("answer_not_verified") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Broken(f"http_{heard.status}") from error

    def fetched(self, url: str) -> bytes:
        """Fetch a file whose address an answer named; only from WeChat Pay itself. Raises: Broken."""
        if not url.startswith(f"{self.address}/"):
            raise Broken("unsafe_address")
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        heard = call("GET", url, headers=self._headers("GET", path, ""), largest_bytes=LARGEST_BILL_BYTES)
        if heard.status != 200:
            raise Broken(f"http_{heard.status}")
        return heard.body

    def require_proof(self, headers: Mapping[str, str], body: bytes, *, at: float) -> None:
        """Check signature, key and time of an answer or a notice. Raises: Unproven."""
        stamp, nonce = headers.get("wechatpay-timestamp", ""), headers.get("wechatpay-nonce", "")
        if not headers.get("wechatpay-signature"):
            raise Unproven("Missing required headers")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
            raise Unproven("Unreadable signature")
        if abs(at - int(stamp)) > TOLERANCE_S:
            raise Unproven("Message timestamp too old" if int(stamp) < at else "Message timestamp too new")
        key = self._platform_keys.get(headers.get("wechatpay-serial", ""))
        if key is None:
            raise Unproven("Signed by another key")
        try:
            is_right = utils.rsa_verify(stamp, nonce, body.decode(), headers["wechatpay-signature"], key)
        except ValueError as error:
            raise Unproven("Unreadable signature") from error
        if not is_right:
            raise Unproven("No matching signature found")

    def opened(self, resource: Mapping[str, Any]) -> dict[str, Any]:
        """Decrypt what a notice carries. Raises: ValueError, KeyError, TypeError."""
        if resource["algorithm"] != "AEAD_AES_256_GCM":
            raise ValueError("algorithm")
        plain = utils.aes_decrypt(
            resource["nonce"], resource["ciphertext"], resource.get("associated_data") or "", self._apiv3_key
        )
        if plain is None:
            raise ValueError("not decrypted")
        found: dict[str, Any] = msgspec.json.decode(plain, type=dict[str, Any])
        return found

    def _headers(self, method: str, path: str, body: str) -> dict[str, str]:
        proof = utils.build_authorization(path, method, self.mchid, self._serial_no, self._private_key, data=body)
        headers = {"Authorization": proof, "Accept": "application/json", "User-Agent": "steward"}
        return headers | {"Wechatpay-Serial": self._platform_key_id}


def opened(access: Access) -> Client:
    """Open an account. Raises: UnfitKey."""
    return Client(access)


@lru_cache(maxsize=16)
def _private_key(text: str) -> Any:
    try:
        found = utils.load_private_key(text)
    except Exception as error:  # the library raises nothing more exact
        raise UnfitKey(field="private_key") from error
    if not hasattr(found, "sign"):
        raise UnfitKey(field="private_key")
    return found


@lru_cache(maxsize=64)
def _platform_key(text: str, field: str) -> Any:
    """Read WeChat Pay's public key, or the certificate older merchants have."""
    try:
        if text.strip().startswith(CERTIFICATE):
            return utils.load_certificate(text.strip()).public_key()
        found = utils.load_public_key(text)
    except Exception as error:  # the library raises nothing more exact
        raise UnfitKey(field=field) from error
    if not hasattr(found, "verify"):
        raise UnfitKey(field=field)
    return found


def _further_keys(text: str) -> dict[str, Any]:
    """Read keys that count besides while WeChat Pay changes its own: each an ID or serial number, then its lines."""
    found, rest = {}, text.strip()
    while rest:
        match = FURTHER.match(rest)
        if match is None:
            raise UnfitKey(field="further_keys")
        found[match["id"]] = _platform_key(match["key"], "further_keys")
        rest = rest[match.end() :].lstrip()
    return found
