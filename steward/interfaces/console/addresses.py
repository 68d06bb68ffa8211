"""What an address or a form may carry: numbers that a row can have, and text that the database can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest

LARGEST = 2**63 - 1
MOST_DIGITS = len(str(LARGEST))
ZERO = "\0"


def row_number(text: str) -> int | None:
    """Read the number of a row from an address; nothing where none is given.

    Raises: Http404 for what no row can have, such as “²” or thirty digits.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS or int(text) > LARGEST:
        raise Http404
    return int(text)


def row_numbers(texts: Iterable[str]) -> list[int]:
    """Read the numbers of several rows, empty ones left out. Raises: Http404."""
    return [number for text in texts if (number := row_number(text)) is not None]


def refuse_unholdable(request: HttpRequest, parts: Mapping[str, Any]) -> None:
    """Refuse what no query could be asked with. `parts` are the address's own.

    Raises: Http404 for an address that leads nowhere; BadRequest for a form.
    """
    for part in parts.values():
        if (isinstance(part, int) and part > LARGEST) or (isinstance(part, str) and ZERO in part):
            raise Http404
    if any(ZERO in text for _name, texts in request.GET.lists() for text in texts):
        raise Http404
    if request.method == "POST" and any(ZERO in str(text) for _name, texts in request.POST.lists() for text in texts):
        raise BadRequest
