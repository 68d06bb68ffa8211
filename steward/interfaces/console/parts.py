"""Which parts of a page are asked for: a browser that shows some of them anew needs neither the frame nor the rest."""

from __future__ import annotations

from django.http import HttpRequest

HEADER = "X-Parts"


def asked_parts(request: HttpRequest) -> frozenset[str]:
    """Name the parts (ids of elements) that a page's script asks for; none: the whole page is wanted."""
    return frozenset(request.headers.get(HEADER, "")[:400].split())


def is_wanted(request: HttpRequest, *parts: str) -> bool:
    """Tell whether one of these parts has to be made for this answer."""
    asked = asked_parts(request)
    return not asked or not asked.isdisjoint(parts)
