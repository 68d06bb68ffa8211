"""What a customer hears from us: chosen by themselves, or stopped with one click from an e-mail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from steward.interfaces.console.messaging import preference_form
from steward.interfaces.portal import answers, throttle
from steward.kernel import moment
from steward.kernel.actor import system
from steward.kernel.errors import Refusal
from steward.modules.messaging.commands.preferences import set_preferences, stop_kind, stoppable
from steward.modules.messaging.queries import links, words
from steward.modules.messaging.queries.carried_links import STOP
from steward.modules.messaging.rules.signed_links import SignedLink

CUSTOMER = system("portal.customer")


def preferences_page(request: HttpRequest, link: SignedLink) -> HttpResponse:
    """Show the preferences a link leads to."""
    return show_preferences(request, link.subject_id)


def show_preferences(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Show what the customer chose, and keep what they choose."""
    saved = request.method == "POST"
    if saved:
        typed = preference_form.chosen(request.POST)
        set_preferences(CUSTOMER, customer_id=customer_id, now=moment.now(), **typed)
    facts = preference_form.shown(customer_id) | {"saved": saved}
    return render(request, "portal/preferences.html", facts)


# E-mail programs post here by themselves, without a cookie of ours; the link is the proof. Source: RFC 8058.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop one kind of message: ask first when a person opens the link, do it when an e-mail program posts."""
    try:
        throttle.let_in(request, token)
        purposes = [f"{STOP}.{code}" for code in stoppable()]
        try:
            link = links.read_link(token, now=moment.now(), purposes=purposes)
        except links.LinkBroken:
            throttle.count_broken(request)
            raise
        kind = link.purpose.partition(".")[2]
        done = request.method == "POST"
        if done:
            stop_kind(CUSTOMER, customer_id=link.subject_id, template=kind, now=moment.now())
        response = render(request, "portal/stop.html", {"kind": words.kind(kind), "done": done})
    except Refusal as refusal:
        response = answers.problem(request, refusal)
    return answers.private(response)
