"""Seed the standard process of an order: who does each step, what is to be done, which time limit counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

STEPS = (
    ("received", "system", "", "接单并自动检查。", "接單並自動檢查。", "The order is taken in and checked."),
    (
        "checked",
        "order_clerk",
        "order_mend",
        "逐条处理检查发现：采纳建议、修正或说明理由后确认；缺货的等到货。",
        "逐條處理檢查發現：採納建議、修正或說明理由後確認；缺貨的等到貨。",
        "Deal with each finding: take the suggestion, mend it, or accept it with a reason; short goods wait for arrival.",
    ),
    (
        "paid",
        "customer",
        "order_payment",
        "等待客户付款；到账后自动继续，逾时自动取消并释放库存。",
        "等待客戶付款；到帳後自動繼續，逾時自動取消並釋放庫存。",
        "Wait for the customer's payment; it goes on by itself, or is cancelled when the limit passes.",
    ),
    (
        "audit",
        "order_checker",
        "order_audit",
        "核对商品、金额、地址与提示，审核通过或写明理由退回。",
        "核對商品、金額、地址與提示，審核通過或寫明理由退回。",
        "Look at goods, amounts, address and warnings; approve, or send back with a reason.",
    ),
    ("approved", "system", "", "审核已通过。", "審核已通過。", "The audit is passed."),
    (
        "allocated",
        "warehouse",
        "",
        "为订单分配仓库与批次。",
        "為訂單分配倉庫與批次。",
        "Choose warehouse and lot for the order.",
    ),
    ("shipped", "warehouse", "", "拣货、打包并交给承运商。", "揀貨、打包並交給承運商。", "Pick, pack and hand over to the carrier."),
    ("delivered", "carrier", "", "送达并由收件人签收。", "送達並由收件人簽收。", "Delivered and signed for."),
)


def steps() -> Iterator[Row]:
    """Number the steps by tens, so that others fit between."""
    for position, (code, role, clock, hans, hant, english) in enumerate(STEPS, 1):
        yield {
            "code": code,
            "position": position * 10,
            "responsible_role": role,
            "clock_kind": clock,
            "instruction": {"zh-hans": hans, "zh-hant": hant, "en": english},
        }


class Migration(migrations.Migration):
    """The eight steps."""

    dependencies: ClassVar = [("orders", "0003_only_added_to")]
    operations: ClassVar = [FirstRows("Step", steps)]
