"""The page behind an offer's link: what is short, what can be chosen, and what was chosen. Looking never answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import moment
from steward.kernel.actor import system
from steward.kernel.errors import Refusal
from steward.modules.messaging.rules.signed_links import SignedLink
from steward.modules.orders.commands import offers as making
from steward.modules.orders.commands import offers_answering as answering
from steward.modules.orders.queries import offers
from steward.modules.orders.queries.offers import GoodsView, OfferView, OptionView

BUYER = system("portal.customer")
NO_CONTENT = ("HEAD",)


class Choice(Struct, frozen=True):
    """One button: what it is called, what it means, and whether it is the last resort."""

    code: str
    kind: str
    title: str
    notes: list[str]
    goods: list[str]
    extra_minor: int
    refund_minor: int


def offer_page(request: HttpRequest, link: SignedLink) -> HttpResponse:
    """Show the offer a link leads to."""
    return show_offer(request, link.subject_id)


def show_offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """Show the choices, take one when it is pressed, show what was chosen; one that is gone shows what there is."""
    offer = offers.get_offer(offer_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        option = request.POST.get("option", "")[:60]
        try:
            answering.answer_offer(BUYER, offer_id=offer.id, option=option, now=moment.now())
        except (answering.OptionGone, answering.OfferOver) as gone:
            refusal = gone
        else:
            return redirect(request.get_full_path())
    elif request.method not in NO_CONTENT:
        making.note_opened(BUYER, offer_id=offer.id, now=moment.now())
    offer = offers.get_offer(offer.id)
    is_over = offer.state == "open" and offer.expires_at is not None and moment.now() >= offer.expires_at
    facts: dict[str, Any] = {
        "offer": offer,
        "refusal": refusal,
        "goods": [f"{_name(one)} × {one['missing']}" for one in offer.goods],
        "choices": [] if is_over else [_choice(one, offer) for one in offers.options(offer)],
        "outcome": _over() if is_over else outcome(offer),
    }
    return render(request, "portal/offer.html", facts, status=refusal.status if refusal else 200)


def _name(one: dict[str, Any]) -> str:
    """Name goods in the reader's language."""
    english = (get_language() or "").startswith("en")
    return str((one["name_en"] if english else one["name_zh"]) or one["name_zh"] or one["sku"])


def _goods(goods: list[GoodsView]) -> list[str]:
    named = [{"name_zh": one.name_zh, "name_en": one.name_en, "sku": one.sku} for one in goods]
    return [f"{_name(name)} × {one.quantity}" for name, one in zip(named, goods, strict=True)]


def _choice(option: OptionView, offer: OfferView) -> Choice:
    """Put a choice into words."""
    day = offer.wait_until.isoformat()
    titles = {
        "wait": _("Wait for the goods"),
        "substitute": _("Take this instead"),
        "partial": _("Send what is there"),
        "split": _("Send what is there, and the rest later"),
        "cancel": _("Cancel the order"),
    }
    notes = {
        "wait": [_("We expect them by %(day)s and send your order as soon as they are here.") % {"day": day}],
        "substitute": [] if option.extra_minor else [_("The price stays the same.")],
        "partial": [_("The rest is taken off your order.")],
        "split": [_("We expect the rest by %(day)s and send it as soon as it is here.") % {"day": day}],
        "cancel": [] if option.refund_minor else [_("You have paid nothing, so nothing is owed.")],
    }
    return Choice(
        code=option.code,
        kind=option.kind,
        title=titles[option.kind],
        notes=notes[option.kind],
        goods=_goods(option.goods) if option.kind in ("substitute", "partial", "split") else [],
        extra_minor=option.extra_minor,
        refund_minor=option.refund_minor,
    )


def _over() -> tuple[str, str, str]:
    return "grey", _("The time to choose is over."), _("Write to us if you want something else.")


def outcome(offer: OfferView) -> tuple[str, str, str]:
    """Say what became of a closed offer: colour, sentence, what happens next; of an open one what it is about."""
    if offer.state == "open":
        return "amber", _("Something you ordered is out of stock."), _("Please choose what we shall do.")
    if offer.state == "withdrawn":
        return "green", _("There is nothing to choose any more."), _withdrawn(offer)
    if offer.state == "expired":
        cancelled = _("Your order is cancelled; what you paid goes back.")
        waits = _("We wait for the goods and send your order as soon as they are here.")
        return "grey", _("The time to choose is over."), cancelled if offer.answer == "cancel" else waits
    chosen = {
        "wait": (_("You chose to wait for the goods."), _("We send your order as soon as they are here.")),
        "substitute": (_("You chose a substitute."), _("We are getting it ready.")),
        "partial": (_("You chose to get what is there."), _("We are getting it ready.")),
        "split": (_("You chose to get what is there, and the rest later."), _("We are getting the first part ready.")),
        "cancel": (_("Your order is cancelled."), _("What you paid goes back the way it came.")),
    }
    return ("grey" if offer.answer == "cancel" else "green", *chosen[offer.answer])


def _withdrawn(offer: OfferView) -> str:
    """Say why nothing has to be chosen any more."""
    if offer.reason == "ended":
        return _("The order has ended.")
    return _("The goods have arrived after all. Your order goes on by itself.")
