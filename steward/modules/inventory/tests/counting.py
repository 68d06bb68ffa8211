"""A stocktake in the tests: planned, counted by Lin and Chen, agreed to by Zhao."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from steward.kernel.actor import Actor
from steward.modules.approvals import commands as approvals
from steward.modules.approvals.events import ApprovalSettled
from steward.modules.inventory.commands import stocktake_counting, stocktake_deciding, stocktake_planning
from steward.modules.inventory.models import Stocktake, StocktakeLine, StocktakeSheet
from steward.modules.people import commands as people
from steward.modules.people import queries as who
from tests import make

LATER = make.NOW + timedelta(hours=1)


def counter(username: str) -> Actor:
    """Return one of the cast who may count stock."""
    make.administrator()  # somebody has to be left who can give permissions
    actor = make.staff(username)
    wanted = {*make.ROLES[username][1], "warehouse"}
    ids = [role.id for role in who.roles() if role.code in wanted]
    people.set_staff_roles(make.TESTER, staff_id=actor.staff_id or 0, role_ids=ids)
    return make.staff(username)


def planned(*counters: str, **facts: object) -> str:
    """Plan a stocktake of the warehouse in Hangzhou by the tester."""
    ids = [counter(name).staff_id or 0 for name in counters]
    draft = stocktake_planning.StocktakeDraft("hangzhou", counters=ids, **facts)  # type: ignore[arg-type]
    return stocktake_planning.plan_stocktake(make.TESTER, draft=draft, now=make.NOW)


def sheet_of(number: str, username: str = "lin") -> int:
    """Return the open sheet somebody counts."""
    rows = StocktakeSheet.objects.filter(stocktake__number=number, state__in=("open", "counting"))
    return int(rows.get(counter__in=("", make.staff(username).id)).id)


def counted(number: str, found: Mapping[str, int], *, by: str = "lin") -> str:
    """Let somebody count lots and conditions of SKUs (`SKU`, `SKU#LOT`, `SKU!condition`) and hand the sheet in."""
    sheet = sheet_of(number, by)
    drafts = []
    for code, units in found.items():
        goods, _, condition = code.partition("!")
        sku, _, lot = goods.partition("#")
        drafts.append(stocktake_counting.CountDraft(sku, units, lot, condition or "sellable"))
    actor = counter(by)
    stocktake_counting.record_counts(actor, sheet_id=sheet, counts=drafts, now=LATER)
    return stocktake_counting.hand_in_sheet(actor, sheet_id=sheet, rest_is_zero=True, now=LATER)


def recounted(number: str, found: Mapping[str, int], *, by: str = "chen") -> str:
    """Let somebody else count again what differs."""
    stocktake_planning.plan_recount(make.TESTER, number=number, counters=[counter(by).staff_id or 0], now=LATER)
    return counted(number, found, by=by)


def submitted(number: str) -> int:
    """Ask for agreement; return the approval, 0 where none was needed."""
    stocktake_deciding.submit_stocktake(make.TESTER, number=number, now=LATER)
    return int(Stocktake.objects.get(number=number).approval_id or 0)


def granted(approval_id: int) -> ApprovalSettled:
    """Say what approvals announces of a granted request."""
    return ApprovalSettled(
        approval_id=approval_id, kind="stocktake", about_kind="stocktake", about_id=0, outcome="granted", reason=""
    )


def agreed(number: str, *, by: str = "zhao") -> None:
    """Ask for agreement, let somebody give it, and let what follows follow."""
    approval = submitted(number)
    if approval:
        approvals.decide(make.staff(by), approval_id=approval, verdict="grant", now=LATER)
    make.settle()


def state_of(number: str) -> str:
    """Return where a stocktake stands."""
    return Stocktake.objects.get(number=number).state


def line(number: str, sku: str = "TENT-2", *, lot: str = "", condition: str = "sellable") -> StocktakeLine:
    """Return a line of a stocktake."""
    return StocktakeLine.objects.get(stocktake__number=number, item__sku=sku, lot=lot, condition=condition)
