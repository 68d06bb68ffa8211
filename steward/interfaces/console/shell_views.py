"""What the frame itself asks for: counts, search, language, look, keys."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.console import counts as counters
from steward.interfaces.console import navigation
from steward.interfaces.console import search as searches
from steward.interfaces.console.access import StaffRequest, actor_of, signed_in
from steward.interfaces.console.context import THEMES
from steward.interfaces.console.middleware import supported
from steward.modules.people import commands

A_YEAR_S = 365 * 24 * 3600


@require_GET
@signed_in
def counts(request: StaffRequest) -> HttpResponse:
    """Tell the numbers beside the menu."""
    return JsonResponse(counters.counts_for(request.actor))


@require_GET
@signed_in
def search(request: StaffRequest) -> HttpResponse:
    """Show everything that is found under a text, by kind."""
    text = request.GET.get("q", "").strip()
    facts = {"text": text, "groups": searches.find(request.actor, text)}
    return render(request, "console/search.html", facts)


@require_GET
@signed_in
def search_hits(request: StaffRequest) -> HttpResponse:
    """Give the palette what it shows: pages to go to and, with a text, what was found."""
    pages = [{"title": str(e.label), "url": e.url, "icon": e.icon, "key": e.key} for e in places(request)]
    found = [
        {"title": hit.title, "note": hit.note, "url": hit.url, "icon": hit.icon, "group": str(group.label)}
        for group in searches.find(request.actor, request.GET.get("q", ""))
        for hit in group.hits
    ]
    return JsonResponse({"pages": pages, "found": found})


def places(request: StaffRequest) -> list[navigation.Entry]:
    """List the pages the person may open."""
    return list(navigation.places(request.actor))


@require_GET
@signed_in
def keys(request: StaffRequest) -> HttpResponse:
    """Show which keys do what."""
    may_tickets = request.actor.may("tickets.view")
    shown = [place for place in places(request) if place.key]
    return render(request, "console/keys.html", {"places": shown, "may_tickets": may_tickets})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: kept with the person, or in a cookie before sign-in."""
    locale = supported(request.POST.get("locale", "")) or settings.LANGUAGE_CODE
    response = HttpResponseRedirect(_back(request))
    if actor := actor_of(request):
        commands.set_preferences(actor, locale=locale)
    _remember(response, settings.LANGUAGE_COOKIE_NAME, locale)
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Look light or dark from now on, or as the machine does."""
    theme = request.POST.get("theme", "")
    theme = theme if theme in THEMES else "auto"
    response = HttpResponse(status=204)
    if actor := actor_of(request):
        commands.set_preferences(actor, theme=theme)
    _remember(response, "theme", theme)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    options: dict[str, Any] = {"max_age": A_YEAR_S, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
    response.set_cookie(name, value, httponly=True, **options)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"
