"""What customers of the sample merchant exchange: for the same, for dearer goods; some wait, some are on their way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from steward.kernel.actor import system
from steward.modules.inventory import queries as inventory
from steward.modules.orders import queries as orders
from steward.modules.orders.queries.returning import orders_bought
from steward.modules.returns.commands import deciding, exchange_ending, exchange_settling, inspecting, receiving
from steward.modules.returns.commands.exchanging import OutOfStock
from steward.modules.returns.commands.previewing import options_of
from steward.modules.returns.commands.requesting import CaseDraft, CaseReceipt, Instead, Want, open_cases
from steward.modules.returns.queries.cases import case
from steward.modules.returns.queries.claimable import claimable
from steward.sample.people import Crew

SYSTEM = system("returns")
LOOKED_AT = 300
# How far each gets, and whether it is exchanged for something dearer.
STORIES = (("reserved", False), ("unpaid", True), ("sent", False), ("open", True), ("sent", False))
WORDS = ("想换大一号的", "换成厚一点的那款", "收到就不亮，换一个", "换个贵一点的，差价我补", "拉链坏了，换新的")


def open_some(crew: Crew, now: datetime) -> int:
    """Open exchanges about orders that were sent, one for each story as far as there are orders. Returns how many."""
    drafts = _drafts(now)
    opened = 0
    for place, (story, dearer) in enumerate(STORIES):
        receipt = _opened(crew, drafts, place, now, dearer=dearer)
        if receipt is None:
            break
        _tell(crew, receipt, story, now)
        opened += 1
    return opened


def _drafts(now: datetime) -> Iterator[tuple[CaseDraft, str]]:
    """Offer, order by order, the exchange of one piece that nobody claims, with the SKU of something dearer."""
    numbers = [row.number for row in orders.orders_page(orders.OrderFilters(), limit=LOOKED_AT).rows]
    for order in orders_bought(numbers=numbers)[::-1]:
        line = next((line for line in claimable(order.id) if line.free), None)
        if line is None:
            continue
        wants = {line.line_id: 1}
        some = options_of(order_id=order.id, kind="exchange", reason="size", wants=wants, now=now)[line.line_id]
        dearer = next((one.sku for one in some if one.more_minor > 0 and one.free), "")
        draft = CaseDraft(
            order_number=order.number,
            kind="exchange",
            reason="size",
            wants=(Want(line.line_id, 1),),
            source="portal",
            opened=False,
            instead=(Instead(line.line_id, dearer, 1),) if dearer else (),
        )
        yield draft, dearer


def _opened(
    crew: Crew, drafts: Iterator[tuple[CaseDraft, str]], place: int, now: datetime, *, dearer: bool
) -> CaseReceipt | None:
    """Open the next exchange that can be, and let somebody agree to it."""
    begun = now - timedelta(hours=20 - place)
    for draft, sku in drafts:
        if dearer and not sku:
            continue
        wanted = CaseDraft(
            order_number=draft.order_number,
            kind=draft.kind,
            reason=draft.reason,
            wants=draft.wants,
            source=draft.source,
            words=WORDS[place],
            opened=False,
            instead=draft.instead if dearer else (),
        )
        receipt = open_cases(crew.first("customer_service"), drafts=[wanted], now=begun)[0]
        if receipt.refusal is None and _agreed(crew, receipt, begun):
            return receipt
    return None


def _agreed(crew: Crew, receipt: CaseReceipt, now: datetime) -> bool:
    """Agree to a case; what is not there stays with who decides."""
    if receipt.state != "requested":
        return True
    try:
        deciding.approve_case(crew.first("after_sales_manager"), case_id=receipt.id or 0, now=now)
    except OutOfStock:
        return False
    return True


def _tell(crew: Crew, receipt: CaseReceipt, story: str, now: datetime) -> None:
    """Let an exchange get as far as its story goes."""
    id_ = receipt.id or 0
    if story == "open":
        exchange_ending.lapse_unpaid(SYSTEM, case_ids=[id_], now=now + timedelta(days=3))
    if story != "sent":
        return
    manager = crew.first("after_sales_manager")
    pieces = [piece.id for piece in case(id_).pieces]
    receiving.receive_pieces(manager, case_id=id_, arrived=dict.fromkeys(pieces, "receive"), now=now)
    findings = [
        inspecting.Finding(
            piece_id=piece, grade="A", warehouse=inventory.warehouses()[0][0], serial=f"SN{piece:08d}", note="包装完好"
        )
        for piece in pieces
    ]
    inspecting.inspect_pieces(manager, case_id=id_, findings=findings, now=now)
    exchange_settling.settle_exchanges(SYSTEM, case_ids=[id_], now=now)
