"""What every answer of the console gets: the person's language and time zone, and a strict content policy."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from steward.interfaces.console.parts import HEADER

Next = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
FEATURES = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"


class PersonLocaleMiddleware:
    """Speak the language of the person, else of the cookie, else of the browser; tell times in the person's zone."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate language and zone around the request."""
        locale, zone = chosen(request)
        with translation.override(locale), timezone.override(zone):
            request.LANGUAGE_CODE = locale
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", locale)
        patch_vary_headers(response, ("Accept-Language", "Cookie", HEADER))
        return response


def chosen(request: HttpRequest) -> tuple[str, ZoneInfo]:
    """Find the language and the time zone of who asks."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
        return supported(request.user.locale) or settings.LANGUAGE_CODE, _zone(request.user.time_zone)
    cookie = supported(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))
    return cookie or _from_browser(request), _zone(settings.TIME_ZONE)


def supported(code: str) -> str | None:
    """Map a language code, e.g. zh-TW, to one that Steward speaks."""
    code = code.strip().lower().replace("_", "-")
    if code in dict(settings.LANGUAGES):
        return code
    if code.startswith("zh"):
        return "zh-hant" if any(part in code for part in ("tw", "hk", "mo", "hant")) else "zh-hans"
    return "en" if code.startswith("en") else None


def _from_browser(request: HttpRequest) -> str:
    """Take the first language of Accept-Language that Steward speaks; browsers send them by preference."""
    wanted = request.headers.get("Accept-Language", "")
    codes = (part.partition(";")[0] for part in wanted.split(","))
    return next((found for code in codes if (found := supported(code))), settings.LANGUAGE_CODE)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(settings.TIME_ZONE)


class PolicyMiddleware:
    """Tell the browser to run nothing but our own files and to leak nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers unless a view set its own."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", FEATURES)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response
