"""What people do about refunds: ask, call off, book, end a dispute."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, money
from steward.modules.orders import queries as orders
from steward.modules.orders.commands import money_back
from steward.modules.orders.queries.money import facts_of
from steward.modules.payments import commands, queries

LONGEST_REASON = 200
LARGEST_MINOR = 10**15


class BadAmount(errors.Refusal):
    """Refuse what cannot be an amount of money."""

    code = "bad_amount"
    status = 422
    message = gettext_lazy("“%(typed)s” is no amount of money. Write it as 12.50.")


def _typed(request: StaffRequest, name: str) -> str:
    return request.POST.get(name, "").strip()[:LONGEST_REASON]


def _amount_minor(typed: str, currency: str) -> int:
    """Read an amount. Units: minor currency units. Raises: BadAmount."""
    try:
        amount_minor = money.to_minor(typed, currency)
    except (ValueError, KeyError):
        raise BadAmount(typed=typed) from None
    if not 0 <= amount_minor <= LARGEST_MINOR:
        raise BadAmount(typed=typed)
    return amount_minor


def _said(request: StaffRequest, number: str, text: str) -> HttpResponse:
    return say(request, text % {"number": number}, to=reverse("refund", args=[number]))


@require_POST
@needs("payments.refund")
def refund_request(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for money of an order back."""
    order = facts_of([orders.order_id(number)])[0]
    currency = _typed(request, "currency") or order.currency
    receipt = money_back.ask_refund(
        request.actor,
        order_id=order.order_id,
        cause=_typed(request, "cause"),
        currency=currency,
        amount_minor=_amount_minor(_typed(request, "amount"), currency),
        reason=_typed(request, "reason"),
        now=moment.now(),
    )
    text = _("%(number)s waits for a second person.") if receipt.approval == "awaiting" else _("%(number)s goes out.")
    return say(request, text % {"number": ", ".join(receipt.numbers)}, to=reverse("order", args=[order.number]))


@require_POST
@needs("payments.refund")
def refund_withdraw(request: StaffRequest, number: str) -> HttpResponse:
    """Call a refund off."""
    commands.withdraw_refund(request.actor, number=number, reason=_typed(request, "reason"), now=moment.now())
    return _said(request, number, _("%(number)s is called off."))


@require_POST
@needs("payments.record")
def refund_settle(request: StaffRequest, number: str) -> HttpResponse:
    """Book a refund that was paid by hand."""
    commands.settle_by_hand(
        request.actor,
        number=number,
        transaction=_typed(request, "transaction")[:120],
        now=moment.now(),
        note=_typed(request, "note"),
    )
    return _said(request, number, _("%(number)s is booked as paid."))


@require_POST
@needs("payments.approve")
def refund_dispute(request: StaffRequest, number: str) -> HttpResponse:
    """End a dispute with what really moved."""
    row = queries.refund(number).refund
    commands.settle_dispute(
        request.actor,
        number=row.number,
        amount_minor=_amount_minor(_typed(request, "amount"), row.currency),
        transaction=_typed(request, "transaction")[:120],
        reason=_typed(request, "reason"),
        now=moment.now(),
    )
    return _said(request, number, _("The dispute about %(number)s is ended."))
