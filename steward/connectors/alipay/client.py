"""Call Alipay: python-alipay-sdk signs and verifies, our own line carries it, with limits of time and size.

Source: Alipay open platform, “自行实现签名”, “异步通知验签”; https://opendocs.alipay.com/common/02mriz.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from Cryptodome.PublicKey import RSA

from steward.connectors.paying import Broken, call
from steward.connectors.reading import CHINA
from steward.modules.payments.ports import Access, UnfitKey

FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
UNREADABLE = (AliPayValidationError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
BUSY = "20000"


class Client(AliPay):  # type: ignore[misc]  # the library has no types
    """One account at Alipay."""

    def __init__(self, *, address: str, app_id: str, private_key: str, alipay_public_key: str) -> None:
        super().__init__(
            appid=app_id, app_private_key_string=pem(private_key), alipay_public_key_string=pem(alipay_public_key)
        )
        self._gateway = address

    def _load_key(self) -> None:
        """Take keys that were read before."""
        self._app_private_key = read_key(self._app_private_key_string)
        self._alipay_public_key = read_key(self._alipay_public_key_string)

    def told(self, method: str, content: dict[str, Any]) -> dict[str, Any]:
        """Call a method and return what it verifiably answers. Raises: Broken."""
        return cast(dict[str, Any], self.server_api(method, content))

    def is_of_alipay(self, facts: dict[str, str]) -> bool:
        """Tell whether a notice bears Alipay's signature."""
        unsigned = {name: value for name, value in facts.items() if name != "sign"}
        try:
            return bool(self.verify(unsigned, facts.get("sign", "")))
        except (AliPayException, ValueError):
            return False

    def build_body(self, method: str, biz_content: Any = None, **kwargs: Any) -> Any:
        """Write a request; Alipay reads its time as China's, whatever this machine's clock shows."""
        now = datetime.now(UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
        return super().build_body(method, biz_content, **{"timestamp": now, **kwargs})

    def verified_sync_response(self, data: Any, response_type: str) -> Any:
        """Carry a signed request out. Raises: Broken, also where nobody signed the answer."""
        url = f"{self._gateway}?charset=utf-8"
        heard = call("POST", url, headers=FORM, body=self.sign_data(data).encode())
        if heard.status != 200:
            raise Broken(f"http_{heard.status}")
        try:
            told = self._verify_and_return_sync_response(heard.body.decode(), response_type)
            code = str(told["code"])
        except AliPayException as error:
            raise Broken(_why(heard.body)) from error
        except UNREADABLE as error:
            raise Broken("answer_not_verified") from error
        if code == BUSY:
            raise Broken(str(told.get("sub_code", BUSY)), down=True)
        return told

    def _get_string_to_be_signed(self, raw_string: str, response_type: str) -> str:
        """Cut out what was signed, as JSON has it: the library counts braces, those inside of texts too."""
        start = raw_string.index("{", raw_string.index(f'"{response_type}"'))
        _content, end = json.JSONDecoder().raw_decode(raw_string, start)
        return raw_string[start:end]


def opened(access: Access) -> Client:
    """Open an account. Raises: UnfitKey."""
    fields = access.fields
    keys = {name: fields.get(name, "") for name in ("private_key", "alipay_public_key")}
    for name, value in keys.items():
        try:
            read_key(pem(value))
        except (ValueError, IndexError, TypeError) as error:
            raise UnfitKey(field=name) from error
    return Client(address=access.address, app_id=fields.get("app_id", ""), **keys)


@lru_cache(maxsize=16)
def read_key(text: str) -> RSA.RsaKey:
    """Read a key once: a private one is tested for being prime each time, a fifth of a second of work.

    Raises: ValueError, IndexError, TypeError.
    """
    return RSA.import_key(text)


def pem(text: str) -> str:
    """Put the lines around a key that Alipay's tools leave out."""
    bare = text.strip()
    return bare if bare.startswith("-----") else f"-----BEGIN PRIVATE KEY-----\n{bare}\n-----END PRIVATE KEY-----"


def _why(raw: bytes) -> str:
    """Name what an unsigned answer complains about; it counts as no answer."""
    try:
        (told,) = [one for one in json.loads(raw).values() if isinstance(one, dict)]
        return str(told.get("sub_code") or f"alipay_{told.get('code')}")[:80]
    except (ValueError, AttributeError, RecursionError):
        return "answer_not_signed"
