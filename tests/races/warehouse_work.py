"""What a warehouse does to goods while orders flow; whatever else changes stock joins the race by the list below."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.db.models import F

from steward.kernel.errors import Refusal
from steward.modules.approvals import commands as approvals
from steward.modules.inventory.commands import stocktake_booking, stocktake_deciding, stocktake_planning
from steward.modules.inventory.commands.by_hand import BeingCounted
from steward.modules.inventory.commands.moving import MovementDraft, NotThere, PromisedAlready, record_movements
from steward.modules.inventory.commands.writing_off import WriteOffDraft, ask_write_offs, withdraw_write_off
from steward.modules.inventory.models import Stock, StocktakeLine, WriteOff
from steward.modules.inventory.queries import stocktake_sheets
from steward.modules.inventory.tests import counting
from tests import make

ROUNDS = 4


def adjust(items: list[int]) -> None:
    """Find a piece and lose it again, round after round; what is promised or set aside is not taken away.

    Of goods whose cost nobody said it is held until somebody agrees, and refused while they are counted.
    """
    for round_ in range(ROUNDS):
        for item in items:
            for pieces in (1, -1):
                move = MovementDraft("hangzhou", item, "adjusted", pieces, reason=f"stocktake {round_}")
                with suppress(NotThere, PromisedAlready, BeingCounted):
                    record_movements(make.TESTER, movements=[move])


def give_up(items: list[int]) -> None:
    """Ask for a piece to be given up, round after round; every other time that is called off, else agreed to.

    What is promised or set aside at this moment is refused, and nothing is held for it.
    """
    boss = make.administrator()
    for round_ in range(ROUNDS):
        for stock_id in Stock.objects.filter(item_id__in=items, condition="sellable").values_list("id", flat=True):
            wish = WriteOffDraft(stock_id, 1, "damaged", f"round {round_}")
            try:
                number = ask_write_offs(make.TESTER, drafts=[wish], now=make.NOW)[0]
            except Refusal:
                continue
            if round_ % 2:
                approval_id = WriteOff.objects.get(number=number).approval_request_id or 0
                approvals.decide(boss, approval_id=approval_id, verdict="grant", now=make.NOW)
            else:
                withdraw_write_off(make.TESTER, number=number, now=make.NOW)


def count(items: list[int]) -> None:
    """Count the goods of a warehouse blind, again what differs, and book what a second person agrees to.

    Whoever counts finds a piece more than there was when they looked, so that all orders can be served in the end.
    """
    boss = make.administrator()
    for _round in range(ROUNDS // 2):
        number = counting.planned("lin")
        counting.counted(number, _seen(items, counting.sheet_of(number)))
        if StocktakeLine.objects.filter(stocktake__number=number).exclude(counted=F("expected")).exists():
            again = [counting.counter("chen").staff_id or 0]
            stocktake_planning.plan_recount(make.TESTER, number=number, counters=again, now=counting.LATER)
            counting.counted(number, _seen(items, counting.sheet_of(number, "chen")), by="chen")
        if approval_id := counting.submitted(number):
            approvals.decide(boss, approval_id=approval_id, verdict="grant", now=counting.LATER)
            granted = [counting.granted(approval_id)]
            stocktake_deciding.follow_approvals(make.TESTER, settled=granted, now=counting.LATER)
        stocktake_booking.book_stocktake(make.TESTER, number=number, now=counting.LATER)


def _seen(items: list[int], sheet_id: int) -> dict[str, int]:
    """Say of each place on a sheet what somebody found there: a piece more than the books say at this moment."""
    wanted = {line.sku for line in stocktake_sheets.sheet(make.TESTER, sheet_id).lines}
    rows = Stock.objects.filter(item_id__in=items, warehouse__code="hangzhou", condition="sellable")
    return {sku: units + 1 for sku, units in rows.values_list("item__sku", "on_hand") if sku in wanted}


# Each takes the items that orders compete for. A kind of work that is new is added here and nowhere else.
WAREHOUSE_WORK: tuple[Callable[[list[int]], None], ...] = (adjust, give_up, count)
