"""My work: what waits for me, by the time limit that is due next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from steward.interfaces.console.access import StaffRequest, signed_in
from steward.interfaces.console.approvals.inbox import shown
from steward.interfaces.console.orders.views.listing import owners_of
from steward.kernel import moment, parked
from steward.kernel.actor import Actor
from steward.modules.approvals import queries as approvals
from steward.modules.deadlines.queries import ClockView, next_clocks
from steward.modules.desk.queries.complaints import ComplaintFilters, ComplaintRow, complaints_page
from steward.modules.desk.queries.follow_ups import calls_due
from steward.modules.desk.queries.inbox import TicketFilters, TicketRow, inbox_page
from steward.modules.inventory.queries import stocktakes
from steward.modules.orders import queries
from steward.modules.orders.queries import exceptions
from steward.modules.returns.queries.repair_views import RepairRow
from steward.modules.returns.queries.repairs import my_repairs

APPROVALS_AT_MOST = 5
EXCEPTIONS_AT_MOST = 8
REPAIRS_AT_MOST = 8
TICKETS_AT_MOST = 8


@require_GET
@signed_in
def home(request: StaffRequest) -> HttpResponse:
    """Show the person's work of all queues they may work in, most urgent first."""
    may_view = request.actor.may("orders.view")
    rows = queries.my_work(request.actor) if may_view else []
    now = moment.now()
    late = sum(1 for row in rows if row.clock and row.clock.look(now) == "late")
    facts = {
        "rows": rows,
        "late": late,
        "owners": owners_of(rows),
        "exceptions": _exceptions(request.actor),
        "tickets": _tickets(request.actor, now),
        "complaints": _complaints(request.actor, now),
        "repairs": _repairs(request.actor),
        "tiles": _tiles(request.actor),
        "may_approve": request.actor.may("orders.audit"),
        "may_view": may_view,
        "to_decide": shown(approvals.approvals_page(request.actor, mine_only=True, now=now)[:APPROVALS_AT_MOST], now),
    }
    return render(request, "console/home/home.html", facts)


def _exceptions(actor: Actor) -> list[exceptions.ExceptionRow]:
    """List the exceptions this person has, what is due next first."""
    if not actor.staff_id or not actor.may("orders.exceptions"):
        return []
    return exceptions.exceptions_page(exceptions.ExceptionFilters(owner_id=actor.staff_id), limit=EXCEPTIONS_AT_MOST)[0]


def _tickets(actor: Actor, now: datetime) -> list[TicketRow]:
    """List the tickets this person has, what is due next first."""
    if not actor.staff_id or not actor.may("tickets.work"):
        return []
    filters = TicketFilters(queue="mine", staff_id=actor.staff_id)
    return inbox_page(filters, now=now, limit=TICKETS_AT_MOST).rows


def _complaints(actor: Actor, now: datetime) -> list[ComplaintRow]:
    """List the complaints this person answers for, the newest first."""
    if not actor.staff_id or not actor.may("tickets.work"):
        return []
    return complaints_page(ComplaintFilters(queue="mine", staff_id=actor.staff_id), now=now, limit=TICKETS_AT_MOST)


def _repairs(actor: Actor) -> list[tuple[RepairRow, ClockView | None]]:
    """List the repairs this person has to work on, with the limit that is due next."""
    if not actor.staff_id or not actor.may("returns.repair"):
        return []
    rows = my_repairs(actor.staff_id, limit=REPAIRS_AT_MOST)
    clocks = next_clocks("repair", [row.id for row in rows]) if rows else {}
    return [(row, clocks.get(row.id)) for row in rows]


def _tiles(actor: Actor) -> list[dict[str, Any]]:
    """Count the queues beyond one's own work that the person may open."""
    tiles = []
    if actor.may("orders.view"):
        counts = queries.queue_counts()
        tiles = [
            {"label": label, "count": counts[code], "url": f"orders?queue={code}", "alert": code in alerts}
            for code, label, alerts in (
                ("mend", _("To complete"), ()),
                ("payment", _("To be paid"), ()),
                ("audit", _("To audit"), ()),
                ("short", _("Short of stock"), ("short",)),
                ("conflict", _("Conflicts"), ("conflict",)),
            )
        ]
    if actor.may("stock.count") and (sheets := stocktakes.own_sheets(actor)):
        tiles.append({"label": _("To be counted by you"), "count": sheets, "url": "stock/stocktakes", "alert": False})
    if actor.may("tickets.work") and (due := calls_due(actor.staff_id, now=moment.now())):
        tiles.append({"label": _("Customers to call"), "count": due, "url": "complaints/follow-ups", "alert": False})
    if actor.may("jobs.view"):
        tiles.append({"label": _("Parked jobs"), "count": parked.count_parked_jobs(), "url": "jobs/", "alert": True})
    return tiles
