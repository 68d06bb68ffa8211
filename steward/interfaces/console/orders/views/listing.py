"""The list of orders, its queues, what is done with many at once, and its export."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.interfaces.console.orders import auditing
from steward.interfaces.console.orders.forms import QUEUES, address_with, filters_of
from steward.kernel import moment, money
from steward.kernel.errors import Refusal
from steward.modules.catalog import queries as catalog
from steward.modules.orders import queries
from steward.modules.orders.commands import audit
from steward.modules.orders.queries import words
from steward.modules.people import queries as people

PAGE = 50
EXPORTED_AT_MOST = 10_000
MOST_AT_ONCE = 200
SORTED_QUEUES = ("audit", "conflict")


@require_GET
@needs("orders.view")
def orders(request: StaffRequest) -> HttpResponse:
    """Show orders, newest first; the audit queue by the clock that is due next."""
    queue = request.GET.get("queue", "")
    filters = filters_of(request.GET, time_zone=timezone.get_current_timezone_name())
    is_narrowed = bool(set(request.GET) - {"queue", "after"})
    if queue == "audit" and not is_narrowed:
        page = queries.Page(queries.audit_queue(), None)
    elif queue == "conflict":
        page = queries.Page(queries.orders_in_conflict(), None)
    else:
        page = queries.orders_page(filters, after=row_number(request.GET.get("after", "")), limit=PAGE)
    return render(request, "console/orders/list.html", _facts(request, queue, filters, page, is_narrowed=is_narrowed))


def _facts(
    request: StaffRequest, queue: str, filters: queries.OrderFilters, page: queries.Page, *, is_narrowed: bool
) -> dict[str, Any]:
    counts = queries.queue_counts()
    labels = {
        "": _("All"),
        "mend": _("To complete"),
        "payment": _("To be paid"),
        "audit": _("To audit"),
        "short": _("Short of stock"),
        "conflict": _("Conflicts"),
    }
    queues = [
        {"code": code, "label": label, "count": counts.get(code), "active": code == queue}
        for code, label in labels.items()
    ]
    return {
        "page": page,
        "filters": filters,
        "queue": queue,
        "queues": queues,
        "shops": catalog.shops(),
        "state_words": words.STATES,
        "payment_words": words.PAYMENT_STATES,
        "fulfilment_words": words.FULFILMENT_STATES,
        "query": request.GET,
        "is_narrowed": is_narrowed,
        "is_queue": queue in QUEUES or queue == "conflict",
        "older_url": address_with(request.GET, after=page.next_after) if page.next_after else "",
        "newest_url": address_with(request.GET) if request.GET.get("after") else "",
        "export_url": reverse("orders_export") + address_with(request.GET),
        "owners": owners_of(page.rows),
        "may_bulk": request.actor.may("orders.audit"),
        **(auditing.of_queue(page.rows) if queue == "audit" else {}),
    }


def owners_of(rows: Iterable[queries.OrderRow]) -> dict[int, str]:
    """Name who has each order now: those to whom a missed limit gave it."""
    ids = {row.clock.owner_id for row in rows if row.clock and row.clock.owner_id}
    return {id_: contact.name for id_, contact in people.staff_contact(ids).items()} if ids else {}


@require_POST
@needs("orders.audit")
def orders_bulk(request: StaffRequest) -> HttpResponse:
    """Approve the ticked orders."""
    ids = row_numbers(request.POST.getlist("order"))[:MOST_AT_ONCE]
    if not ids:
        return say(request, _("Tick at least one order."), tone="warning")
    return _approve(request, ids, request.POST.get("late_cause", ""))


def _approve(request: StaffRequest, ids: list[int], late: str) -> HttpResponse:
    """Approve all; where one of them cannot be, approve the others and say why it cannot."""
    refusals: list[str] = []
    try:
        approved = audit.approve_orders(request.actor, order_ids=ids, now=moment.now(), late_cause=late)
    except Refusal:
        approved = 0
        for order_id in ids:
            try:
                approved += audit.approve_orders(request.actor, order_ids=[order_id], now=moment.now(), late_cause=late)
            except Refusal as refusal:
                refusals.append(str(refusal))
    text = ngettext("%(count)s order approved.", "%(count)s orders approved.", approved) % {"count": approved}
    if refusals:
        left = ngettext("%(count)s was left:", "%(count)s were left:", len(refusals)) % {"count": len(refusals)}
        text = f"{text} {left} {' '.join(dict.fromkeys(refusals))}"
    return say(request, text, tone="success" if approved else "warning")


class _Echo:
    """A file that hands back what is written, so that the writer's lines can be streamed."""

    def write(self, value: str) -> str:
        return value


@require_GET
@needs("orders.view")
def orders_export(request: StaffRequest) -> HttpResponse:
    """Send the filtered orders as CSV, 10,000 at most, personal data masked.

    Not as a stream: that would be written when the reader's language and time zone are no longer in force.
    """
    filters = filters_of(request.GET, time_zone=timezone.get_current_timezone_name())
    name = f"orders-{moment.now():%Y%m%d-%H%M}.csv"
    response = HttpResponse("".join(_csv_rows(filters)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv_rows(filters: queries.OrderFilters) -> Iterator[str]:
    writer = csv.writer(_Echo())
    head = (
        _("Number"),
        _("Number in the shop"),
        _("Shop"),
        _("Placed at"),
        _("State"),
        _("Payment"),
        _("Stock"),
        _("Currency"),
        _("Total"),
        _("Paid"),
        _("Customer"),
        _("Lines"),
        _("Open findings"),
    )
    yield "\ufeff" + str(writer.writerow(head))
    after, left = None, EXPORTED_AT_MOST
    while left > 0:
        page = queries.orders_page(filters, after=after, limit=min(500, left))
        for row in page.rows:
            yield str(writer.writerow([_safe(cell) for cell in _cells(row)]))
        left -= len(page.rows)
        if page.next_after is None:
            return
        after = page.next_after


def _cells(row: queries.OrderRow) -> tuple[Any, ...]:
    return (
        row.number,
        row.external_number,
        row.shop_name,
        timezone.localtime(row.placed_at).isoformat(timespec="seconds"),
        words.word(words.STATES, row.state),
        words.word(words.PAYMENT_STATES, row.payment_state),
        words.word(words.FULFILMENT_STATES, row.fulfilment_state),
        row.currency,
        money.to_decimal(row.total_minor, row.currency),
        money.to_decimal(row.paid_minor, row.currency),
        row.customer.name,
        "; ".join(row.first_lines),
        row.open_findings,
    )


def _safe(cell: Any) -> Any:
    """Keep a spreadsheet from taking text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
