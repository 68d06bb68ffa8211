"""The kinds of payment providers we reach: where each is, and what it has to be told about us.

Source: RET-4; the providers' own documentation (docs/payments.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Fault = Literal["missing", "too_long", "unknown"]
LONGEST = 8_000


class Field(Struct, frozen=True):
    """One fact about our account at a provider; `secret` ones are sealed and never shown again."""

    name: str
    secret: bool = False
    required: bool = True
    long: bool = False


class Connector(Struct, frozen=True):
    """One kind of provider: its usual address, and what it needs. `is_plain`: it knows us by the callbacks' secret."""

    address: str
    fields: tuple[Field, ...] = ()
    is_plain: bool = False


SHOP = Field("shop", required=False)
CONNECTORS: Mapping[str, Connector] = {
    "alipay": Connector(
        "https://openapi.alipay.com/gateway.do",
        (
            Field("app_id"),
            Field("private_key", secret=True, long=True),
            Field("alipay_public_key", long=True),
            SHOP,
        ),
    ),
    "wechatpay": Connector(
        "https://api.mch.weixin.qq.com",
        (
            Field("mchid"),
            Field("serial_no"),
            Field("private_key", secret=True, long=True),
            Field("platform_key_id"),
            Field("platform_key", long=True),
            Field("further_keys", required=False, long=True),
            Field("apiv3_key", secret=True),
            SHOP,
        ),
    ),
    "stripe": Connector(
        "https://api.stripe.com",
        (Field("secret_key", secret=True), Field("webhook_secret", secret=True), SHOP),
    ),
    "signed_http": Connector("", is_plain=True),
}


def faults(connector: str, given: Mapping[str, str], known: Mapping[str, str]) -> dict[str, Fault]:
    """Name what is wrong with the facts of a connection, by field; `known` secrets may be left as they are."""
    if connector not in CONNECTORS:
        return {"connector": "unknown"}
    found: dict[str, Fault] = {}
    for field in CONNECTORS[connector].fields:
        value = given.get(field.name, "")
        if len(value) > LONGEST:
            found[field.name] = "too_long"
        elif not value and field.required and not (field.secret and known.get(field.name)):
            found[field.name] = "missing"
    return found
