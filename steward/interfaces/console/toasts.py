"""Short notices that rise at the corner of the page."""

from __future__ import annotations

import json
from typing import Literal

from django.http import HttpResponse

Tone = Literal["success", "info", "warning", "danger"]


def toast(response: HttpResponse, text: str, *, tone: Tone = "success") -> HttpResponse:
    """Add a toast to an answer that htmx will receive."""
    response["HX-Trigger"] = json.dumps({"toast": {"text": str(text), "tone": tone}})
    return response
