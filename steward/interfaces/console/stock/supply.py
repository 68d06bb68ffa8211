"""Purchase orders and transfers: the list, one with its receiving form, and what came otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.interfaces.console.stock import forms
from steward.kernel import moment
from steward.modules.inventory import queries
from steward.modules.inventory.commands import receiving
from steward.modules.inventory.commands import supply as commands
from steward.modules.inventory.queries import words
from steward.modules.people import queries as people

PAGE = 50
QUEUES: Mapping[str, tuple[Any, str, tuple[str, ...]]] = {
    "": (pgettext_lazy("supply", "Under way"), "", ("planned", "on_the_way", "partly_received")),
    "purchase": (pgettext_lazy("supply", "Purchase orders"), "purchase", ()),
    "transfer": (pgettext_lazy("supply", "Transfers"), "transfer", ()),
    "differences": (pgettext_lazy("supply", "Differences"), "", ()),
}


@require_GET
@needs("stock.view")
def supplies(request: StaffRequest) -> HttpResponse:
    """Show purchase orders and transfers, newest first; at first those under way."""
    queue, text = request.GET.get("queue", ""), request.GET.get("q", "").strip()[:60]
    queue = queue if queue in QUEUES else ""
    _label, kind, states = QUEUES[queue]
    before = row_number(request.GET.get("before", ""))
    shown = queue != "differences"
    states = () if text else states
    rows = queries.supplies_page(kind=kind, states=states, text=text, before=before, limit=PAGE + 1) if shown else []
    older = "?" + urlencode({"queue": queue, "q": text, "before": str(rows[PAGE - 1].id)}) if len(rows) > PAGE else ""
    today = queries.local_day(moment.now())
    counts = queries.supply_counts()
    facts = {
        "queue": queue,
        "chips": [(code, label, code == queue, counts.get(code)) for code, (label, *_rest) in QUEUES.items()],
        "rows": [(row, words.SUPPLY_KINDS[row.kind], row.is_late(today)) for row in rows[:PAGE]],
        "differences": _differences(queries.receipt_differences()) if queue == "differences" else [],
        "older_url": older,
        "q": text,
        "may_buy": request.actor.may("stock.purchase"),
    }
    return render(request, "console/stock/supplies.html", facts)


def _differences(rows: list[queries.ReceiptDifferenceView]) -> list[Any]:
    names = people.actor_names({name for row in rows for name in (row.actor, row.settled_by)})
    return [
        (row, words.DIFFERENCES[row.kind], names.get(row.actor, row.actor), names.get(row.settled_by, row.settled_by))
        for row in rows
    ]


@require_http_methods(["GET", "POST"])
@needs("stock.purchase")
def supply_new(request: StaffRequest) -> HttpResponse:
    """Order goods from a supplier, or plan a transfer."""
    kind = request.GET.get("kind", request.POST.get("kind", "purchase"))
    if request.method == "POST":
        lines = [commands.SupplyLineDraft(*line) for line in forms.sku_lines(request.POST.get("lines", ""))]
        facts: dict[str, Any] = {
            "warehouse": request.POST.get("warehouse", ""),
            "lines": lines,
            "expected_date": forms.day(request.POST, "expected_date"),
            "note": request.POST.get("note", ""),
            "now": moment.now(),
        }
        if kind == "transfer":
            number = commands.plan_transfer(request.actor, origin=request.POST.get("origin", ""), **facts)
        else:
            number = commands.order_goods(request.actor, supplier=request.POST.get("supplier", ""), **facts)
        return say(request, _("%(number)s is written.") % {"number": number}, to=reverse("supply", args=[number]))
    facts = {"kind": kind if kind == "transfer" else "purchase", "warehouses": queries.warehouses()}
    return render(request, "console/stock/supply_new.html", facts)


@require_GET
@needs("stock.view")
def supply(request: StaffRequest, number: str) -> HttpResponse:
    """Show one purchase order or transfer, what has come of it, and the form to receive it."""
    view = queries.supply(number)
    names = people.actor_names({view.created_by})
    today = queries.local_day(moment.now())
    facts = {
        "supply": view,
        "kind": words.SUPPLY_KINDS[view.kind],
        "by": names.get(view.created_by, view.created_by),
        "is_late": view.is_on_the_way and view.expected_date is not None and view.expected_date < today,
        "differences": _differences(view.differences),
        "may_buy": request.actor.may("stock.purchase"),
        "may_move": request.actor.may("stock.move"),
    }
    return render(request, "console/stock/supply.html", facts)


@require_POST
@needs("stock.move")
def supply_receive(request: StaffRequest, number: str) -> HttpResponse:
    """Book what came; empty lines have not come."""
    view = queries.supply(number)
    lines = [line for row in view.lines if (line := _received(request.POST, row)) is not None]
    complete = request.POST.get("complete") == "1"
    if not lines and not complete:
        return say(request, _("Nothing was counted yet."), tone="warning")
    receipt = receiving.receive_supply(
        request.actor,
        number=number,
        lines=lines,
        complete=complete,
        reason=request.POST.get("reason", ""),
        version=int(forms.pieces(request.POST, "version")),
        now=moment.now(),
    )
    text = _("%(received)s sound and %(damaged)s damaged pieces booked, %(differences)s differences noted.") % {
        "received": receipt.received,
        "damaged": receipt.damaged,
        "differences": receipt.differences,
    }
    return say(request, text, to=reverse("supply", args=[number]))


def _received(given: QueryDict, row: queries.SupplyLineView) -> receiving.ReceiptLine | None:
    """Read the counts of one line. Raises: Unreadable."""
    fields = {name: f"{name}-{row.id}" for name in ("quantity", "damaged", "lot", "expires", "reason")}
    read = {name: given.get(field, "") for name, field in fields.items()}
    quantity, damaged = forms.pieces(read, "quantity", default=0), forms.pieces(read, "damaged", default=0)
    if not quantity and not damaged:
        return None
    return receiving.ReceiptLine(
        sku=row.sku,
        quantity=quantity,
        damaged=damaged,
        lot=row.lot or read["lot"].strip()[:40],
        expires_date=forms.day(read, "expires"),
        reason=read["reason"].strip()[:200],
    )


@require_POST
@needs("stock.move")
def supply_send(request: StaffRequest, number: str) -> HttpResponse:
    """Let a planned transfer leave."""
    expected = forms.day(request.POST, "expected_date")
    commands.send_transfer(request.actor, number=number, expected_date=expected, now=moment.now())
    return say(request, _("%(number)s is on its way.") % {"number": number}, to=reverse("supply", args=[number]))


@require_POST
@needs("stock.purchase")
def supply_cancel(request: StaffRequest, number: str) -> HttpResponse:
    """Call off a transfer that was not sent yet."""
    commands.cancel_transfer(request.actor, number=number, now=moment.now())
    return say(request, _("%(number)s is called off.") % {"number": number}, to=reverse("supply", args=[number]))


@require_POST
@needs("stock.purchase")
def supply_expect(request: StaffRequest, number: str) -> HttpResponse:
    """Note when the goods are expected now."""
    expected = forms.day(request.POST, "expected_date")
    if expected is None:
        return say(request, _("Say on which day they are expected."), tone="warning")
    commands.expect_supply(request.actor, number=number, expected_date=expected, now=moment.now())
    return say(request, _("The expected day is saved."), to=reverse("supply", args=[number]))


@require_POST
@needs("stock.purchase")
def difference_settle(request: StaffRequest, difference_id: int) -> HttpResponse:
    """Say how a difference was settled."""
    words_given = request.POST.get("settlement", "")
    receiving.settle_difference(request.actor, difference_id=difference_id, settlement=words_given, now=moment.now())
    return say(request, _("The difference is settled."))
