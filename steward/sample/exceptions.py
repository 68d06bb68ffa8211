"""What went wrong in the sample: customers who want changes, what the sweep finds, and what was made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from steward.kernel.errors import Refusal
from steward.modules.orders.commands import exceptions
from steward.modules.orders.commands.exceptions_detecting import sweep
from steward.modules.orders.commands.exceptions_muting import mute_exceptions
from steward.modules.orders.queries.exceptions import ExceptionFilters, exceptions_page
from steward.sample.people import SYSTEM, Crew

WISHES = (
    "收件人出差，请改寄公司前台，周末前送到即可",
    "颜色选错了，想把墨绿换成沙色，差价可补",
    "想加购一个同款枕头一起发货",
    "发票抬头写错，请改成公司名称",
    "请推迟到下周三以后再发货，家里没人收",
    "两单合并成一单发，省一份运费",
)
ENDS = (
    ("customer_changed_mind", "customer_agreed", "已电话确认，按客户意愿修改"),
    ("customer_address", "order_mended", "地址已更正并重新检查"),
    ("house_slow", "order_mended", "已补审并致歉"),
    ("stock_late", "goods_found", "从嘉兴仓调货"),
    ("customer_twice", "order_cancelled", "客户确认只要一单，另一单已取消"),
    ("customer_changed_mind", "customer_agreed", "客户同意维持原单"),
    ("channel_data", "order_mended", "已向渠道核对数据"),
)
SOLVED, TAKEN = 14, 6


def happen(crew: Crew, order_ids: Sequence[int], now: datetime) -> int:
    """Record wishes, sweep, and work part of what came up. Returns how many exceptions there are."""
    asked = 0
    for place, order_id in enumerate(order_ids[:: max(len(order_ids) // 24, 1)]):
        wang = crew.someone("customer_service")
        at = now - timedelta(hours=3 * place % 70, minutes=20)
        try:
            wish = WISHES[asked % len(WISHES)]
            exceptions.record_change_request(wang, order_id=order_id, wish=wish, now=at)
        except Refusal:
            continue  # an order that ended takes no wishes, as at the desk
        asked += 1
        if asked == len(WISHES):
            break
    sweep(SYSTEM, now=now)
    rows, _after = exceptions_page(ExceptionFilters(), limit=200)
    for place, row in enumerate(rows[:SOLVED]):
        cause, outcome, text = ENDS[place % len(ENDS)]
        actor = crew.someone("order_checker")
        exceptions.take_exceptions(actor, exception_ids=[row.id], now=now)
        exceptions.solve_exception(actor, exception_id=row.id, outcome=outcome, cause=cause, text=text, now=now)
    for row in rows[SOLVED : SOLVED + TAKEN]:
        exceptions.take_exceptions(crew.someone("customer_service"), exception_ids=[row.id], now=now)
    mute_exceptions(
        crew.first("after_sales_manager"),
        detector="unmatched_cancellation",
        condition=[{"fact": "reason", "op": "is", "value": "no_buyer"}],
        until=now + timedelta(days=30),
        reason="旧系统导出的作废单没有买家，渠道月底统一补正",
        now=now,
    )
    return len(rows)
