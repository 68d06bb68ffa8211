"""Propose a compensation from an order, a case, a ticket or a customer: reason and amount are filled in already."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import errors, moment, money
from steward.modules.orders.queries.returning import OrderBought, orders_bought
from steward.modules.payments.queries.wallets import terms_of_shops
from steward.modules.payments.rules.wallets import CouponTerms
from steward.modules.returns.commands.compensating import Receipt, UnfitGoodwill, Wish, propose_compensation
from steward.modules.returns.queries import cases, goodwill_words
from steward.modules.returns.queries import compensations as queries

SUBJECTS = ("order", "case", "ticket", "customer")
USUAL = "goodwill"


@needs("returns.compensate")
def compensation_new(request: StaffRequest) -> HttpResponse:
    """Show the form with what is usual for the reason, or propose it."""
    about = {name: (request.POST.get(name) or request.GET.get(name, ""))[:40] for name in SUBJECTS}
    order = _order(request, about)
    if request.method == "POST":
        return _propose(request, about, order)
    currency = order.currency if order else "CNY"
    shop = order.shop if order else ""
    rows = queries.compensation_reasons()
    code = request.GET.get("reason", "") or USUAL
    chosen = next((row for row in rows if row.code == code), None)
    usual = chosen.amounts.get(currency, {}).get("usual", 0) if chosen else 0
    facts = {
        "about": about,
        "order": order,
        "tree": queries.reason_tree(rows),
        "reason": code,
        "kinds": list(goodwill_words.KINDS.items()),
        "kind": request.GET.get("kind", "coupon"),
        "currency": currency,
        "usual": money.to_decimal(usual, currency) if usual else "",
        "key": uuid.uuid4().hex,
        "terms": terms_of_shops([shop])[shop],
        "earlier": queries.compensations_of(
            order_ids=[order.id] if order else [],
            customer_ids=[customer] if (customer := _customer(about, order)) else [],
            limit=5,
        ),
    }
    return render(request, "console/compensations/new.html", facts)


def _order(request: StaffRequest, about: dict[str, str]) -> OrderBought | None:
    """Find the order it is about, a case's where none is named. Raises: NotFound, also for shops one may not see."""
    number = about["order"].strip().upper()
    if about["case"]:
        number = cases.case(about["case"], shops=request.actor.scopes).row.order_number
    if not number:
        return None
    found = orders_bought(numbers=[number])
    if not found or not request.actor.covers(found[0].shop):
        raise errors.NotFound(key=number)
    return found[0]


def _customer(about: dict[str, str], order: OrderBought | None) -> int | None:
    return row_number(about["customer"]) or (order.customer_id if order else None)


def _propose(request: StaffRequest, about: dict[str, str], order: OrderBought | None) -> HttpResponse:
    post = request.POST
    currency = order.currency if order else post.get("currency", "CNY")[:3]
    kind = post.get("kind", "")[:8]
    amount_minor = typed_minor(post.get("amount", ""), currency) if kind != "points" else 0
    threshold = typed_minor(post.get("threshold", ""), currency)
    terms = CouponTerms(currency=currency, amount_minor=amount_minor, threshold_minor=threshold)
    wish = Wish(
        kind=kind,
        reason=post.get("reason", "")[:40],
        currency=currency,
        amount_minor=amount_minor,
        points=row_number(post.get("points", "").strip()) or 0,
        coupon=terms if kind == "coupon" else None,
        customer_id=_customer(about, order),
        order_number=order.number if order else "",
        case_number=about["case"],
        ticket_id=row_number(about["ticket"]),
        words=post.get("words", "").strip()[:300],
        key=post.get("key", "")[:80],
    )
    receipt = propose_compensation(request.actor, wish=wish, now=moment.now())
    return say(request, _said(receipt), to=reverse("compensation", args=[receipt.number]))


def _said(receipt: Receipt) -> str:
    if receipt.state == "given":
        return _("It is given.")
    if receipt.state == "proposed":
        return _("Somebody else decides about it; the page says who.")
    return _("It is granted and on its way.")


def typed_minor(text: str, currency: str) -> int:
    """Read an amount; nothing typed is 0. Units: minor units. Raises: UnfitGoodwill."""
    try:
        return money.to_minor(text.strip(), currency) if text.strip() else 0
    except (ValueError, KeyError):
        raise UnfitGoodwill(why=_("“%(text)s” is no amount. Write it like 20.00.") % {"text": text[:20]}) from None
