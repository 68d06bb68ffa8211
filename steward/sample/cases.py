"""What customers of the sample merchant want back: cases in every state, some of them with goods and money moving."""

from __future__ import annotations

from datetime import datetime, timedelta

from steward.modules.inventory import queries as inventory
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.returning import orders_bought
from steward.modules.returns.commands import deciding, guiding, inspecting, parcels, receiving
from steward.modules.returns.commands.requesting import CaseDraft, CaseReceipt, Want, open_cases
from steward.modules.returns.queries.cases import case
from steward.modules.returns.queries.claimable import claimable
from steward.modules.returns.rules.inspecting import QUESTIONS
from steward.sample.people import Crew

LOOKED_AT, MOST = 300, 16
WORDS = ("颜色和图片不太一样", "尺寸偏小，想退掉", "收到两份，多拍了", "家人不喜欢", "")


def open_some(crew: Crew, now: datetime) -> int:
    """Open cases about orders that were sent, and let most of them come some way. Returns how many."""
    begun = now - timedelta(days=1)
    drafts = _drafts()
    receipts = open_cases(crew.first("customer_service"), drafts=drafts, now=begun)
    opened = [one for one in receipts if one.refusal is None]
    granted = [one for one in opened if one.state == "approved"]
    waiting = [one for one in opened if one.state == "requested"]
    _decide(crew, waiting, now)
    for place, receipt in enumerate(granted):
        _go_on(crew, receipt, place % 6, now)
    return len(opened)


def _drafts() -> list[CaseDraft]:
    """Ask back all of one line of the newest orders that were sent."""
    numbers = [row.number for row in orders.orders_page(orders.OrderFilters(), limit=LOOKED_AT).rows]
    found: list[CaseDraft] = []
    for order in orders_bought(numbers=numbers)[::-1]:
        lines = [line for line in claimable(order.id) if line.free]
        if not lines or len(found) == MOST:
            continue
        found.append(
            CaseDraft(
                order_number=order.number,
                kind="return_refund",
                reason="no_reason" if len(found) % 2 else "size",
                wants=(Want(lines[0].line_id, lines[0].free),),
                source="desk" if len(found) % 3 else "portal",
                words=WORDS[len(found) % len(WORDS)],
                opened=False,
            )
        )
    return found


def _decide(crew: Crew, waiting: list[CaseReceipt], now: datetime) -> None:
    """Refuse one of those that wait for a person, offer help for one; the rest goes on waiting."""
    manager = crew.first("after_sales_manager")
    if waiting:
        reason = "商品吊牌已剪且有使用痕迹，不符合无理由退货条件"
        deciding.refuse_case(manager, case_id=waiting[0].id or 0, reason=reason, now=now)
    if len(waiting) > 1:
        draft = guiding.GuidanceDraft(kind="tutorial", words="先按视频把内帐挂扣重新装一遍，多数情况就平整了")
        guiding.offer_guidance(manager, case_id=waiting[1].id or 0, draft=draft, now=now)


def _go_on(crew: Crew, receipt: CaseReceipt, steps: int, now: datetime) -> None:
    """Let a granted case come so far: nothing, withdrawn, announced, here, inspected, left to a person."""
    agent, manager = crew.first("customer_service"), crew.first("after_sales_manager")
    id_ = receipt.id or 0
    if steps == 1:
        deciding.withdraw_case(agent, case_id=id_, reason="客户改主意，决定留下", now=now)
    if steps < 2:
        return
    parcels.announce_parcel(agent, case_id=id_, draft=parcels.ParcelDraft(method="label"), now=now)
    if steps == 2:
        return
    ids = [piece.id for piece in case(id_).pieces]
    receiving.receive_pieces(manager, case_id=id_, arrived=dict.fromkeys(ids, "receive"), now=now)
    if steps == 3:
        return
    warehouse = inventory.warehouses()[0][0]
    grade, note = ("A", "包装完好") if steps == 4 else ("D", "外壳开裂，疑似摔过")
    answers = dict.fromkeys(QUESTIONS if steps == 4 else QUESTIONS[:1], "yes")
    findings = [
        inspecting.Finding(
            piece_id=piece, grade=grade, answers=answers, warehouse=warehouse, note=note, serial=f"SN{piece:08d}"
        )
        for piece in ids
    ]
    inspecting.inspect_pieces(manager, case_id=id_, findings=findings, now=now)
