"""Give a sheet to somebody else: its counter is ill, has left, or has too much to count."""

from __future__ import annotations

from datetime import datetime

from steward.kernel import errors, lifecycles
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.inventory.commands.stocktake_counting import refuse_others
from steward.modules.inventory.commands.stocktake_planning import PERSON, counter_faults, unfit
from steward.modules.inventory.commands.telling_counters import tell_counters
from steward.modules.inventory.models import StocktakeCount, StocktakeSheet
from steward.modules.inventory.rules import stocktaking as rules


@command(needs="stock.stocktake")
def give_sheet(actor: Actor, *, sheet_id: int, staff_id: int, now: datetime) -> None:
    """Give a sheet that is not handed in to another person, who begins anew: one sheet, one pair of eyes.

    Raises: NotFound, NotPossible, UnfitStocktake, CountedBefore. Locks: the sheet.
    """
    rows = StocktakeSheet.objects.select_for_update(no_key=True, of=("self",))
    sheet = rows.select_related("stocktake__warehouse").filter(id=sheet_id).first()
    if sheet is None:
        raise errors.NotFound(key=sheet_id)
    lifecycles.reached(rules.SHEET_TRANSITIONS, sheet.state, "give")
    faults = counter_faults([staff_id])
    if faults:
        raise unfit(faults)
    sheet.counter, sheet.state = f"{PERSON}{staff_id}", "open"
    refuse_others(sheet.counter, sheet)
    StocktakeCount.objects.filter(sheet=sheet).update(
        counted=None, expected=None, at=None, counted_by="", is_disturbed=False
    )
    sheet.save(update_fields=["counter", "state"])
    tell_counters(actor, sheet.stocktake, [(sheet, StocktakeCount.objects.filter(sheet=sheet).count())], now)
