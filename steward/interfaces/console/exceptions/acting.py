"""What people do with exceptions: take on, note, name the cause, solve, dismiss, open again."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number, row_numbers
from steward.interfaces.console.notices import say
from steward.kernel import moment
from steward.modules.orders import queries as orders
from steward.modules.orders.commands import exceptions as commands


def _typed(request: StaffRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[: commands.LONGEST_TEXT]


def _said(request: StaffRequest, exception_id: int, text: str) -> HttpResponse:
    return say(request, text, to=reverse("exception", args=[exception_id]))


@require_POST
@needs("orders.exceptions")
def exceptions_take(request: StaffRequest) -> HttpResponse:
    """Take the ticked exceptions on."""
    ids = row_numbers(request.POST.getlist("exception"))
    if not ids:
        return say(request, _("Tick at least one exception."), tone="warning", to=reverse("exceptions"))
    taken = commands.take_exceptions(request.actor, exception_ids=ids, now=moment.now())
    text = ngettext("%(count)s exception is yours.", "%(count)s exceptions are yours.", taken) % {"count": taken}
    return say(request, text, to=reverse("exceptions") + "?whose=me")


@require_POST
@needs("orders.exceptions")
def exception_take(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Take one on, or hand it to a colleague."""
    owner = row_number(request.POST.get("owner", ""))
    commands.take_exceptions(request.actor, exception_ids=[exception_id], owner_id=owner, now=moment.now())
    return _said(request, exception_id, _("Handed over.") if owner else _("It is yours."))


@require_POST
@needs("orders.exceptions")
def exception_note(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Add a note."""
    commands.note_exception(request.actor, exception_id=exception_id, text=_typed(request, "text"), now=moment.now())
    return _said(request, exception_id, _("Noted."))


@require_POST
@needs("orders.exceptions")
def exception_cause(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Name the cause."""
    commands.name_cause(request.actor, exception_id=exception_id, cause=_typed(request, "cause"), now=moment.now())
    return _said(request, exception_id, _("The cause is named."))


@require_POST
@needs("orders.exceptions")
def exception_solve(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Solve it with cause and outcome."""
    commands.solve_exception(
        request.actor,
        exception_id=exception_id,
        outcome=_typed(request, "outcome"),
        cause=_typed(request, "cause"),
        text=_typed(request, "text"),
        now=moment.now(),
    )
    return say(request, _("Solved."), to=reverse("exceptions"))


@require_POST
@needs("orders.exceptions")
def exception_dismiss(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Dismiss it as a false alarm."""
    reason = _typed(request, "reason")
    commands.dismiss_exception(request.actor, exception_id=exception_id, reason=reason, now=moment.now())
    return say(request, _("Dismissed as a false alarm."), to=reverse("exceptions"))


@require_POST
@needs("orders.exceptions")
def exception_reopen(request: StaffRequest, exception_id: int) -> HttpResponse:
    """Open it again."""
    reason = _typed(request, "reason")
    commands.reopen_exception(request.actor, exception_id=exception_id, reason=reason, now=moment.now())
    return _said(request, exception_id, _("It is open again."))


@require_POST
@needs("orders.exceptions")
def change_request(request: StaffRequest, number: str) -> HttpResponse:
    """Record what the customer wants changed about an order."""
    order_id = orders.order_id(number)
    commands.record_change_request(request.actor, order_id=order_id, wish=_typed(request, "wish"), now=moment.now())
    return say(request, _("The customer's wish is on the desk of exceptions."), to=reverse("order", args=[number]))
