"""Which column of a provider's statement means what: data per provider, over names that most files use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

import msgspec

from steward.kernel import money

NAMES: Mapping[str, tuple[str, ...]] = {
    "transaction": ("transaction", "交易号", "流水号", "业务流水号", "支付宝交易号", "微信订单号", "退款单号"),
    "amount": ("amount", "金额", "金额（元）", "金额(元)", "订单金额", "交易金额"),
    "currency": ("currency", "币种", "货币种类"),
    "kind": ("kind", "type", "类型", "业务类型", "交易类型"),
    "happened_at": ("happened_at", "time", "时间", "交易时间", "完成时间", "发生时间", "入账时间"),
}
REQUIRED = ("transaction", "amount", "happened_at")
KINDS: Mapping[str, str] = {
    "refund": "refund",
    "退款": "refund",
    "payment": "payment",
    "charge": "payment",
    "收款": "payment",
    "交易": "payment",
    "支付": "payment",
    "在线支付": "payment",
}


class Mapped(msgspec.Struct, frozen=True):
    """How one provider's files are read; what it does not say of its own is as above."""

    columns: dict[str, list[str]]
    kinds: dict[str, str]
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    time_format: str = ""
    ends_with: str = "#"

    def required(self) -> tuple[str, ...]:
        """Name the fields without which no line is a header."""
        return REQUIRED


class Own(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider's own mapping may say."""

    columns: dict[str, str] = {}
    kinds: dict[str, str] = {}
    currency: str = "CNY"
    time_zone: str = "Asia/Shanghai"
    time_format: str = ""
    ends_with: str = "#"


def mapped(own: Mapping[str, Any]) -> Mapped:
    """Lay a provider's own mapping over the usual names. Raises: ValueError where it makes no sense."""
    try:
        given = msgspec.convert(dict(own), Own)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    if given.time_zone not in available_timezones():
        raise ValueError(f"unknown time zone: {given.time_zone}")
    if given.currency not in money.CURRENCIES:
        raise ValueError(f"unknown currency: {given.currency}")
    if strange := sorted(set(given.columns) - set(NAMES)):
        raise ValueError(f"unknown fields: {', '.join(strange)}")
    if set(given.kinds.values()) - {"payment", "refund"}:
        raise ValueError("kinds are payment or refund")
    columns = {field: [given.columns[field]] if field in given.columns else list(NAMES[field]) for field in NAMES}
    return Mapped(
        columns=columns,
        kinds=given.kinds or dict(KINDS),
        currency=given.currency,
        time_zone=given.time_zone,
        time_format=given.time_format,
        ends_with=given.ends_with,
    )
