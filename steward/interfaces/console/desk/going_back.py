"""Where somebody comes back to after doing something with a ticket."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse

from steward.interfaces.console.access import StaffRequest
from steward.interfaces.console.notices import say
from steward.interfaces.console.toasts import Tone


def back(request: StaffRequest, number: str, text: str, *, tone: Tone = "success") -> HttpResponse:
    """Say what was done where the person was: in the inbox, or on the page of the ticket."""
    to = "" if request.POST.get("next") else reverse("ticket", args=[number])
    return say(request, text, tone=tone, to=to)


def typed(request: StaffRequest, name: str, longest: int = 400) -> str:
    """Read a short text of a form."""
    return request.POST.get(name, "").strip()[:longest]
