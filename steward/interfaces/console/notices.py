"""Answer an action: a toast where the page stays, a message where it comes again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from steward.interfaces.console.access import StaffRequest
from steward.interfaces.console.toasts import Tone

LEVELS: dict[Tone, int] = {
    "success": messages.SUCCESS,
    "info": messages.INFO,
    "warning": messages.WARNING,
    "danger": messages.ERROR,
}


def say(request: StaffRequest, text: str, *, tone: Tone = "success", to: str = "") -> HttpResponse:
    """Leave a message and go to `to`, else to the page the person came from."""
    messages.add_message(request, LEVELS[tone], text)
    return HttpResponseRedirect(to or came_from(request))


def came_from(request: StaffRequest) -> str:
    """Find the page to go back to: only ever one of ours."""
    wanted = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return wanted
    return resolve_url("home")
