"""Seed why compensation is given, usually how much, and who may propose it and set its budgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

PROPOSE = ("returns.compensate",)
RIGHTS = {
    "after_sales_manager": (*PROPOSE, "returns.budgets"),
    "customer_service": PROPOSE,
    "supervisor": PROPOSE,
    "finance": ("returns.budgets",),
}
# code: (parent, kinds, usual and most in CNY, Simplified, Traditional, English); none: any amount
REASONS: dict[str, tuple[str, str, tuple[int, int] | None, str, str, str]] = {
    "delivery": ("", "", None, "物流", "物流", "Delivery"),
    "late_delivery": ("delivery", "coupon points money", (1_000, 5_000), "送达太晚", "送達太晚", "Came late"),
    "damaged_parcel": ("delivery", "coupon points money", (2_000, 20_000), "包装破损", "包裝破損", "Parcel damaged"),
    "goods": ("", "", None, "商品", "商品", "Goods"),
    "small_flaw": ("goods", "coupon points money", (2_000, 20_000), "小瑕疵，顾客留用", "小瑕疵，顧客留用", "Small flaw, kept"),
    "short_shipped": ("goods", "coupon points money goods", (2_000, 30_000), "少件", "少件", "A piece was missing"),
    "out_of_stock": ("goods", "coupon points", (1_000, 5_000), "缺货", "缺貨", "Out of stock"),
    "service": ("", "", None, "服务", "服務", "Service"),
    "slow_answer": ("service", "coupon points", (500, 3_000), "回复太慢", "回覆太慢", "Slow answer"),
    "wrong_promise": ("service", "coupon points money", (2_000, 20_000), "承诺有误", "承諾有誤", "Wrong promise"),
    "price": ("", "", None, "价格", "價格", "Price"),
    "price_protection": ("price", "coupon points money", (2_000, 50_000), "保价", "保價", "Price protection"),
    "other": ("", "", None, "其他", "其他", "Other"),
    "complaint": ("other", "", None, "投诉补偿", "投訴補償", "Complaint"),
    "goodwill": ("other", "", None, "关怀", "關懷", "Goodwill"),
}


def rights() -> Iterator[Row]:
    """Give roles what they need for compensation."""
    return ({"role": role, "permission": code} for role, codes in RIGHTS.items() for code in codes)


def reasons(*, branches: bool) -> Iterator[Row]:
    """List the roots of the tree, or what hangs on them."""
    for position, (code, (parent, kinds, amounts, simplified, traditional, english)) in enumerate(REASONS.items()):
        if bool(parent) is branches:
            ranges = {"CNY": {"least": 100, "usual": amounts[0], "most": amounts[1]}} if amounts else {}
            row: dict[str, Any] = {
                "code": code,
                "labels": {"zh-hans": simplified, "zh-hant": traditional, "en": english},
                "kinds": kinds.split(),
                "amounts": ranges,
                "position": position,
            }
            yield {**row, "parent": parent} if branches else row


class Migration(migrations.Migration):
    """Rights and reasons."""

    dependencies: ClassVar = [("returns", "0019_compensation"), ("people", "0007_places")]
    operations: ClassVar = [
        FirstRows("people.RolePermission", rights, by={"role": "code"}),
        FirstRows("returns.CompensationReason", lambda: reasons(branches=False)),
        FirstRows("returns.CompensationReason", lambda: reasons(branches=True), by={"parent": "code"}),
    ]
