"""The script a shop puts on its pages, and the page inside the frame it makes. Neither sets a cookie."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from steward.interfaces.chat.words import words
from steward.interfaces.console.middleware import supported
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.rules import chats
from steward.modules.messaging.rules.accounts import Account

KIND = "chat"
SCRIPT = "portal/chat_load.js"
SCRIPT_FRESH_S = 300
COLOUR = "#206bc4"


@require_safe
def script(request: HttpRequest, code: str) -> HttpResponse:
    """Give the script that makes the frame; it reads which account from its own address."""
    if find_account(KIND, code) is None:
        return HttpResponse(
            "// This chat is switched off.\n", content_type="text/javascript; charset=utf-8", status=404
        )
    response = HttpResponse(_script(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={SCRIPT_FRESH_S}"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@cache
def _script() -> bytes:
    found = finders.find(SCRIPT)
    return Path(str(found)).read_bytes()


@require_safe
@xframe_options_exempt
def frame(request: HttpRequest, code: str) -> HttpResponse:
    """Show the page inside the frame, to pages of the account's origins alone; 404 where there is no such account."""
    account = find_account(KIND, code)
    if account is None:
        return HttpResponse("There is no such chat.\n", content_type="text/plain", status=404)
    origins = chats.origins_of(account.settings.get("origins", ""))
    embedder = chats.origin_of(request.headers.get("Referer", ""))
    own = {chats.origin_of(settings.PUBLIC_URL), f"{request.scheme}://{request.get_host()}".lower()}
    if embedder and embedder not in own and not chats.is_allowed(embedder, origins):
        return HttpResponse("This page may not show the chat.\n", content_type="text/plain", status=403)
    language = language_of(account, request.GET.get("lang", ""), request.headers.get("Accept-Language", ""))
    with translation.override(language):
        response = render(request, "portal/chat.html", _facts(account, language, origins))
    response["Content-Security-Policy"] = policy(origins)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def policy(origins: list[str]) -> str:
    """Let the frame run nothing but our own files, and be shown by the account's origins alone."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors 'self' {' '.join(origins)}",
        )
    )


def language_of(account: Account, page: str, accepted: str) -> str:
    """Choose the language: the page's, else the visitor's, else the house's, of those the account speaks."""
    spoken = chats.languages_of(account.settings.get("languages", ""))
    wanted = [page, *(part.partition(";")[0] for part in accepted.split(","))]
    found = (supported(code) for code in wanted if code.strip())
    return next((code for code in found if code in spoken), spoken[0])


def _facts(account: Account, language: str, origins: list[str]) -> dict[str, Any]:
    said = account.settings
    return {
        "code": account.code,
        "language": language,
        "settings": msgspec.json.encode(
            {
                "base": reverse("chat_frame", args=[account.code]),
                "code": account.code,
                "language": language,
                "colour": said.get("colour") or COLOUR,
                "asks_contact": said.get("contact") == "ask",
                "origins": origins,
                "greeting": chats.said_in(said, "greeting", language),
                "offline": chats.said_in(said, "offline", language),
                "words": words(),
            }
        ).decode(),
    }
