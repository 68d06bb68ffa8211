"""Seed the five process flows (商品质量, 物流, 订单, 付款, 客户服务) with the limits of their steps (DSK-5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.db import migrations

from steward.kernel.first_rows import FirstRows, Row

MIN, HOUR, DAY = 60, 3_600, 86_400
SERVICE, SUPPORT, LOGISTICS, WAREHOUSE = (
    "customer_service",
    "technical_support",
    "logistics_coordinator",
    "warehouse",
)
FINANCE, CHECKER, SUPERVISOR, MANAGER = "finance", "order_checker", "supervisor", "after_sales_manager"

ANSWERED = {"event": "desk.ticket_answered", "only": [{"fact": "automatic", "op": "is", "value": False}]}
TAKEN = {"event": "desk.ticket_owned"}
HEARD = {"event": "desk.ticket_continued"}
SOLVED = {"event": "desk.ticket_moved", "only": [{"fact": "after", "op": "is", "value": "solved"}]}
BACK = {
    "event": "logistics.shipment_delivered",
    "only": [{"fact": "direction", "op": "is", "value": "return"}],
}
ARRIVED = {
    "event": "logistics.shipment_delivered",
    "only": [{"fact": "direction", "op": "is_not", "value": "return"}],
}
SENT = {"event": "logistics.shipment_handed_over"}
EASED = {"event": "logistics.shipment_eased"}
REFUND_ASKED, REFUNDED = {"event": "payments.refund_requested"}, {"event": "payments.refund_paid"}
CHANGED, CANCELLED = {"event": "orders.order_changed"}, {"event": "orders.order_cancelled"}

# code: (names, steps: (code, names, role, limit, after, what finishes it, optional))
Names = tuple[str, str, str]
ACCEPT: tuple[Any, ...] = ("accept", ("受理", "受理", "Take it on"), SERVICE, 15 * MIN, (), (TAKEN,), False)
CLOSE: Names = ("确认已解决", "確認已解決", "Confirm that it is solved")
TELL: Names = ("告知客户结果", "告知客戶結果", "Tell the customer")
FLOWS: dict[str, tuple[str, Names, tuple[tuple[Any, ...], ...]]] = {
    "quality": (
        "product_quality",
        ("商品质量问题", "商品質量問題", "Product quality"),
        (
            ACCEPT,
            ("reply", ("安抚并说明步骤", "安撫並說明步驟", "Answer and say what comes next"), SERVICE, 2 * HOUR, ("accept",),
             (ANSWERED,), False),
            ("evidence", ("收集照片或视频", "收集照片或影片", "Collect pictures or a video"), SERVICE, DAY, ("reply",),
             (HEARD,), True),
            ("judge", ("判定原因与责任", "判定原因與責任", "Judge cause and responsibility"), SUPPORT, 4 * HOUR, ("evidence",),
             (), False),
            ("propose", ("给出方案", "給出方案", "Propose a solution"), SERVICE, 2 * HOUR, ("judge",), (ANSWERED,), False),
            ("back", ("收到退回商品", "收到退回商品", "Receive the returned goods"), WAREHOUSE, 7 * DAY, ("propose",), (BACK,),
             True),
            ("inspect", ("检验并处置", "檢驗並處置", "Inspect and decide"), WAREHOUSE, DAY, ("back",), (), True),
            ("fulfil", ("退款或补发", "退款或補發", "Refund or send again"), SERVICE, DAY, ("inspect",), (REFUNDED, SENT),
             False),
            ("confirm", CLOSE, SERVICE, DAY, ("fulfil",), (SOLVED,), False),
        ),
    ),
    "logistics": (
        "logistics",
        ("物流问题", "物流問題", "Logistics"),
        (
            ACCEPT,
            ("locate", ("查询包裹去向", "查詢包裹去向", "Find out where the parcel is"), LOGISTICS, HOUR, ("accept",), (), False),
            ("tell", ("告知客户进展", "告知客戶進展", "Tell the customer what was found"), SERVICE, HOUR, ("locate",),
             (ANSWERED,), False),
            ("carrier", ("催办承运商", "催辦承運商", "Press the carrier"), LOGISTICS, 4 * HOUR, ("locate",), (EASED,), True),
            ("mend", ("补发、退款或送达", "補發、退款或送達", "Send again, refund, or see it delivered"), LOGISTICS, DAY,
             ("tell", "carrier"), (SENT, REFUNDED, ARRIVED), False),
            ("confirm", CLOSE, SERVICE, DAY, ("mend",), (SOLVED,), False),
        ),
    ),
    "order": (
        "order",
        ("订单问题", "訂單問題", "Order"),
        (
            ACCEPT,
            ("verify", ("核对订单与客户要求", "核對訂單與客戶要求", "Check the order against the wish"), CHECKER, HOUR, ("accept",),
             (), False),
            ("change", ("修改、取消或说明", "修改、取消或說明", "Change, cancel or explain"), CHECKER, 2 * HOUR, ("verify",),
             (CHANGED, CANCELLED), True),
            ("tell", TELL, SERVICE, 2 * HOUR, ("change",), (ANSWERED,), False),
            ("confirm", CLOSE, SERVICE, DAY, ("tell",), (SOLVED,), False),
        ),
    ),
    "payment": (
        "payment",
        ("付款问题", "付款問題", "Payment"),
        (
            ACCEPT,
            ("check", ("核对收付款记录", "核對收付款記錄", "Check what was paid"), FINANCE, 2 * HOUR, ("accept",), (), False),
            ("settle", ("退款、补收或更正", "退款、補收或更正", "Refund, collect or put right"), FINANCE, DAY, ("check",),
             (REFUNDED,), True),
            ("tell", TELL, SERVICE, 2 * HOUR, ("settle",), (ANSWERED,), False),
            ("confirm", CLOSE, SERVICE, DAY, ("tell",), (SOLVED,), False),
        ),
    ),
    "service": (
        "customer_service",
        ("客户服务投诉", "客戶服務投訴", "Customer service"),
        (
            ACCEPT,
            ("reply", ("致歉并安抚", "致歉並安撫", "Apologise"), SERVICE, HOUR, ("accept",), (ANSWERED,), False),
            ("examine", ("调查经过", "調查經過", "Find out what happened"), SUPERVISOR, 4 * HOUR, ("reply",), (), False),
            ("amends", ("决定补偿", "決定補償", "Decide on amends"), MANAGER, 8 * HOUR, ("examine",), (REFUND_ASKED,), True),
            ("tell", TELL, SERVICE, 2 * HOUR, ("amends",), (ANSWERED,), False),
            ("confirm", CLOSE, SERVICE, DAY, ("tell",), (SOLVED,), False),
        ),
    ),
}  # fmt: skip
TELL_THEM = [{"after_s": 0, "verb": "notify"}]


def labels(names: Names) -> dict[str, str]:
    """Write the names of a flow or a step by language."""
    return dict(zip(("zh-hans", "zh-hant", "en"), names, strict=True))


def flows() -> Iterator[Row]:
    """Write the first version of each flow."""
    for place, (code, (category, names, steps)) in enumerate(FLOWS.items()):
        yield {
            "code": code,
            "position": 10 * (place + 1),
            "labels": labels(names),
            "condition": [{"fact": "category", "op": "is", "value": category}],
            "steps": [
                {
                    "code": step,
                    "labels": labels(words),
                    "role": role,
                    "after": list(after),
                    "done_when": list(done_when),
                    "optional": optional,
                }
                for step, words, role, _limit_s, after, done_when, optional in steps
            ],
        }


def limits() -> Iterator[Row]:
    """Write the limit of each step, and one for steps that have none of their own."""
    usual = {"subject_kind": "ticket_step", "clock_kind": "step", "ladder": TELL_THEM}
    yield usual | {"code": "", "target_s": DAY, "responsible_role": SERVICE, "rank": 100, "condition": []}
    for flow, (_category, _names, steps) in FLOWS.items():
        for step, _words, role, limit_s, *_rest in steps:
            code = f"{flow}.{step}"
            condition = [{"fact": "step", "op": "is", "value": code}]
            yield usual | {
                "code": code,
                "target_s": limit_s,
                "responsible_role": role,
                "rank": 50,
                "condition": condition,
            }


class Migration(migrations.Migration):
    """Flows and their limits."""

    dependencies: ClassVar = [("desk", "0003_flows")]
    operations: ClassVar = [FirstRows("Flow", flows), FirstRows("deadlines.Policy", limits)]
