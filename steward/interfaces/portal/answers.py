"""Answers of the portal: its problem pages, and the headers that keep a link to who holds it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from steward.interfaces.portal.throttle import TooMany
from steward.kernel.errors import Refusal

# `same-origin`, not `no-referrer`: with the latter browsers post forms with `Origin: null`, which Django refuses.
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


def private(response: HttpResponse) -> HttpResponse:
    """Let nobody keep the page, and tell no other site where the reader came from: the address is the key."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say what went wrong and what to do."""
    response = render(request, "portal/problem.html", {"refusal": refusal}, status=refusal.status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.params["seconds"])
    return response
