"""Seed what is watched for, and the first causes of exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row
from steward.modules.orders.rules.detectors import SHIPPED

# group: (its words, the causes in it), each in Simplified and Traditional Chinese and English
CAUSES = (
    ("customer", ("客户原因", "客戶原因", "The customer"), (
        ("customer_changed_mind", ("改变主意", "改變主意", "Changed their mind")),
        ("customer_address", ("地址填错或变更", "地址填錯或變更", "Wrong or changed address")),
        ("customer_unreachable", ("联系不上", "聯絡不上", "Could not be reached")),
        ("customer_twice", ("重复下单", "重複下單", "Ordered twice")),
    )),
    ("channel", ("渠道原因", "渠道原因", "The sales channel"), (
        ("channel_data", ("渠道数据错误", "渠道資料錯誤", "Wrong data of the channel")),
        ("channel_price", ("渠道价格未同步", "渠道價格未同步", "Price not in step")),
        ("channel_cancelled", ("渠道单方取消", "渠道單方取消", "Cancelled by the channel")),
    )),
    ("stock", ("库存原因", "庫存原因", "Stock"), (
        ("stock_count", ("库存数量不准", "庫存數量不準", "Stock was not what it said")),
        ("stock_late", ("到货延迟", "到貨延遲", "Goods came late")),
        ("stock_damaged", ("货损", "貨損", "Goods were damaged")),
    )),
    ("payment", ("支付原因", "支付原因", "Payment"), (
        ("payment_provider", ("支付渠道故障", "支付管道故障", "Fault of the payment provider")),
        ("payment_amount", ("金额不符", "金額不符", "Amounts differ")),
        ("payment_refund", ("退款受阻", "退款受阻", "Refund did not go through")),
    )),
    ("house", ("内部原因", "內部原因", "Our own work"), (
        ("house_entry", ("录入差错", "錄入差錯", "Entered wrong")),
        ("house_slow", ("处理不及时", "處理不及時", "Worked too late")),
        ("house_rule", ("规则设置不当", "規則設定不當", "A rule of ours did not fit")),
        ("house_system", ("系统故障", "系統故障", "Fault of the system")),
    )),
    ("other", ("其他", "其他", "Other"), (("other_cause", ("其他原因", "其他原因", "Another cause")),)),
)  # fmt: skip
LANGUAGES = ("zh-hans", "zh-hant", "en")


def detectors() -> Iterator[Row]:
    """Say what is watched for."""
    for position, one in enumerate(SHIPPED, 1):
        yield {
            "code": one.code,
            "position": position,
            "severity": one.severity,
            "responsible_role": one.role,
            "limits": dict(one.limits),
        }


def causes() -> Iterator[tuple[str | None, Row]]:
    """Number groups and the causes in them, each with the group it is in."""
    position = 0
    for group, words, inside in CAUSES:
        for parent, code, labels in ((None, group, words), *((group, *cause) for cause in inside)):
            position += 1
            yield parent, {"code": code, "position": position, "labels": dict(zip(LANGUAGES, labels, strict=True))}


def groups() -> Iterator[Row]:
    """Write the groups, which the causes refer to."""
    return (row for parent, row in causes() if parent is None)


def causes_inside() -> Iterator[Row]:
    """Write the causes in their groups."""
    return ({**row, "parent": parent} for parent, row in causes() if parent is not None)


class Migration(migrations.Migration):
    """Detectors and causes."""

    dependencies: ClassVar = [("orders", "0005_first_rules")]
    operations: ClassVar = [
        FirstRows("Detector", detectors),
        FirstRows("Cause", groups),
        FirstRows("Cause", causes_inside, by={"parent": "code"}),
    ]
