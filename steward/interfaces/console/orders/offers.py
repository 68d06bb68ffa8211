"""Offers in the console: the list with their clocks, the part on the order page, and what agents do for buyers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.addresses import row_number
from steward.interfaces.console.notices import say
from steward.kernel import moment, money
from steward.kernel.actor import Actor
from steward.modules.orders import queries
from steward.modules.orders.commands import offers as making
from steward.modules.orders.commands import offers_answering as answering
from steward.modules.orders.queries import offers, words
from steward.modules.orders.queries.offers import OfferView, OptionView
from steward.modules.people import queries as people

PAGE = 50
LONGEST_REASON = 200
VIEWS = ("open", "all")


@require_GET
@needs("orders.view")
def offer_list(request: StaffRequest) -> HttpResponse:
    """List the offers that wait for an answer, or all of them, newest first."""
    view = request.GET.get("view", "open")
    states = () if view == "all" else ("open",)
    found = offers.offers_page(
        states=states,
        shops=sorted(request.actor.scopes),
        before_id=row_number(request.GET.get("before", "")),
        limit=PAGE + 1,
    )
    more = "?" + urlencode({"view": view, "before": str(found[PAGE - 1].id)}) if len(found) > PAGE else ""
    facts = {"rows": [(one, goods(one)) for one in found[:PAGE]], "view": view, "more_url": more}
    return render(request, "console/orders/offers.html", facts)


def of_order(actor: Actor, detail: queries.OrderDetail) -> dict[str, Any]:
    """Gather what the order page shows of offers: those there are, what can be answered, whether one can be made."""
    found = offers.offers_of_order(detail.order.id)
    newest = found[0] if found else None
    may = actor.may("orders.offer")
    is_open = newest is not None and newest.state == "open"
    waits = detail.order.fulfilment_state == "short" and detail.order.state in making.OPEN_STATES
    choices = offers.options(newest) if newest is not None and is_open and may else []
    names = people.actor_names({one.closed_by for one in found if one.is_by_person})
    return {
        "offer_rows": [(one, goods(one), names.get(one.closed_by, "")) for one in found],
        "offer_choices": [(one.code, choice_text(one, detail.order.currency)) for one in choices],
        "offer_open": newest if is_open else None,
        "may_offer": may,
        "can_offer": may and waits and not is_open and not detail.order.historic,
    }


def goods(offer: OfferView) -> str:
    """Name what is short, in the reader's language."""
    english = (get_language() or "").startswith("en")
    named = [(one["name_en"] if english else one["name_zh"]) or one["sku"] for one in offer.goods]
    return ", ".join(f"{name} × {one['missing']}" for name, one in zip(named, offer.goods, strict=True))


def choice_text(option: OptionView, currency: str) -> str:
    """Write a choice in one line: what it is, which goods, which money."""
    parts = [words.word(words.OFFER_ANSWERS, option.kind)]
    if option.kind in ("substitute", "partial", "split"):
        parts.append(", ".join(f"{one.sku} × {one.quantity}" for one in option.goods))
    if option.refund_minor:
        parts.append(_("refund %(amount)s") % {"amount": _amount(option.refund_minor, currency)})
    if option.extra_minor:
        parts.append(_("pays %(amount)s more") % {"amount": _amount(option.extra_minor, currency)})
    return " · ".join(parts)


def _amount(minor: int, currency: str) -> str:
    return f"{money.to_decimal(minor, currency)} {currency}"


@require_POST
@needs("orders.offer")
def offer_make(request: StaffRequest, number: str) -> HttpResponse:
    """Ask the buyer of an order what they want."""
    typed, to = request.POST.get("wait_until", "").strip(), reverse("order", args=[number])
    try:
        day = date.fromisoformat(typed) if typed else None
    except ValueError:
        return say(request, _("“%(value)s” is no date.") % {"value": typed[:20]}, tone="warning", to=to)
    making.make_offer(request.actor, order_id=queries.order_id(number), wait_until=day, now=moment.now())
    return say(request, _("The buyer was asked."), to=to)


@require_POST
@needs("orders.offer")
def offer_resend(request: StaffRequest, offer_id: int) -> HttpResponse:
    """Send an offer once more."""
    making.resend_offer(request.actor, offer_id=offer_id, now=moment.now())
    return say(request, _("The offer was sent again."), to=_to_order(offer_id))


@require_POST
@needs("orders.offer")
def offer_answer(request: StaffRequest, offer_id: int) -> HttpResponse:
    """Answer for the buyer, with the reason."""
    counts = answering.answer_offer(
        request.actor,
        offer_id=offer_id,
        option=request.POST.get("option", "")[:60],
        reason=request.POST.get("reason", "").strip()[:LONGEST_REASON],
        now=moment.now(),
    )
    text = _("Answered for the buyer.") if counts else _("The offer had been answered before.")
    return say(request, text, tone="success" if counts else "info", to=_to_order(offer_id))


def _to_order(offer_id: int) -> str:
    return reverse("order", args=[offers.get_offer(offer_id).order_number])
