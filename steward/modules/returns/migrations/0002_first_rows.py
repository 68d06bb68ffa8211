"""Seed who may work on returns, and why goods come back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

SEE = ("returns.view",)
SERVE = (*SEE, "returns.request", "returns.decide")
SHELF = (*SEE, "returns.receive", "returns.inspect")
ROLES = {
    "after_sales_manager": (*SERVE, *SHELF[1:], "returns.refund", "returns.policies"),
    "customer_service": (*SERVE, "returns.refund"),
    "technical_support": (*SEE, "returns.inspect"),
    "logistics_coordinator": (*SEE, "returns.receive"),
    "warehouse": SHELF,
    "finance": (*SEE, "returns.refund"),
    "supervisor": (*SERVE, "returns.refund"),
    "order_clerk": SEE,
    "order_checker": SEE,
    "data_analyst": SEE,
    "trainer": SEE,
}
# code: (parent, fault, Simplified, Traditional, English)
REASONS = {
    "change_of_mind": ("", "customer", "不喜欢 / 不想要", "不喜歡 / 不想要", "Changed their mind"),
    "no_reason": ("change_of_mind", "customer", "七天无理由", "七天無理由", "Seven days without a reason"),
    "ordered_wrongly": ("change_of_mind", "customer", "拍错 / 多拍", "拍錯 / 多拍", "Ordered by mistake"),
    "size": ("change_of_mind", "customer", "尺寸不合适", "尺寸不合適", "Does not fit"),
    "quality": ("", "merchant", "质量问题", "質量問題", "Quality"),
    "defective": ("quality", "merchant", "功能故障", "功能故障", "Does not work"),
    "flawed": ("quality", "merchant", "做工瑕疵", "做工瑕疵", "Flawed"),
    "expired": ("quality", "merchant", "过期 / 临期", "過期 / 臨期", "Expired or about to"),
    "wrong_delivery": ("", "merchant", "发错 / 漏发", "發錯 / 漏發", "Sent wrongly"),
    "wrong_item": ("wrong_delivery", "merchant", "发错商品", "發錯商品", "Wrong goods"),
    "missing": ("wrong_delivery", "merchant", "少件 / 漏发", "少件 / 漏發", "Pieces are missing"),
    "not_as_described": ("wrong_delivery", "merchant", "与描述不符", "與描述不符", "Not as described"),
    "transport": ("", "carrier", "物流问题", "物流問題", "Transport"),
    "damaged": ("transport", "carrier", "运输破损", "運輸破損", "Damaged on the way"),
    "lost": ("transport", "carrier", "包裹丢失", "包裹丟失", "Parcel lost"),
    "late": ("transport", "carrier", "送达太晚", "送達太晚", "Came too late"),
}


def permissions() -> Iterator[Row]:
    """Give roles what they need for returns."""
    return ({"role": role, "permission": code} for role, codes in ROLES.items() for code in codes)


def reasons(*, branches: bool) -> Iterator[Row]:
    """List the roots of the tree, or what hangs on them."""
    for position, (code, (parent, fault, simplified, traditional, english)) in enumerate(REASONS.items()):
        if bool(parent) is branches:
            labels = {"zh-hans": simplified, "zh-hant": traditional, "en": english}
            row = {"code": code, "fault": fault, "labels": labels, "position": position}
            yield {**row, "parent": parent} if branches else row


class Migration(migrations.Migration):
    """Rights and reasons."""

    dependencies: ClassVar = [("returns", "0001_initial"), ("people", "0007_places")]
    operations: ClassVar = [
        FirstRows("people.RolePermission", permissions, by={"role": "code"}),
        FirstRows("returns.Reason", lambda: reasons(branches=False)),
        FirstRows("returns.Reason", lambda: reasons(branches=True), by={"parent": "code"}),
    ]
