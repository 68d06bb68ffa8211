"""Sign in by a code: who one is, the code, and out again. Nothing here tells whether somebody is known."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from steward.interfaces.callers import network_of
from steward.interfaces.portal import throttle
from steward.interfaces.portal.my.door import COOKIE, CUSTOMER, PATH, MyRequest, door, let_in, mine
from steward.kernel import moment, parameters, personal
from steward.kernel.actor import system
from steward.modules.customers.commands import sign_in as commands
from steward.modules.customers.queries.sign_in import find_visit
from steward.modules.customers.rules.sign_in import LONGEST_TYPED, way_of
from steward.modules.messaging.commands.own_chats import leave_own_chats

CHAT = system("chat")
ASK = "steward_ask"
SALT = "portal.ask"
ASK_LIVES_S = 3600
ASKED = parameters.define(
    "portal.asks_per_minute",
    20,
    unit="",
    label=gettext_lazy("How often one network address may try to sign in per minute"),
    minimum=3,
)


@require_http_methods(["GET", "HEAD", "POST"])
@door
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask who it is, and let a code be sent. Raises: TooMany, TooManyCodes (as pages)."""
    to = _next(request.POST.get("next") or request.GET.get("next", ""))
    if request.method != "POST":
        return _page(request, "sign_in", {"next": to})
    throttle.hold_back("my-ask", network_of(request), most=parameters.value(ASKED))
    typed = request.POST.get("who", "")[:LONGEST_TYPED]
    language = get_language() or settings.LANGUAGE_CODE
    try:
        key = commands.ask_code(CUSTOMER, typed=typed, place=network_of(request), language=language, now=moment.now())
    except commands.NoWay as refusal:
        return _page(request, "sign_in", {"next": to, "typed": typed, "error": refusal}, status=refusal.status)
    kind, value = way_of(typed)
    masked = personal.masked_phone(value) if kind == "phone" else personal.masked_email(value)
    response = redirect("my_code")
    held = signing.dumps({"key": key, "to": to, "masked": masked, "way": kind}, salt=SALT)
    response.set_cookie(
        ASK, held, max_age=ASK_LIVES_S, path=PATH, httponly=True, samesite="Lax", secure=settings.SECURE
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@door
def code(request: HttpRequest) -> HttpResponse:
    """Take the code; a wrong one says how often it may be tried again. Raises: TooMany (as a page)."""
    held = _held(request)
    if held is None:
        return redirect("my_sign_in")
    facts = {"masked": held["masked"], "way": held["way"], "minutes": parameters.value(commands.CODE_MIN)}
    if request.method != "POST":
        return _page(request, "code", facts)
    throttle.hold_back("my-code", network_of(request), most=parameters.value(ASKED))
    try:
        entered = commands.enter_code(
            CUSTOMER,
            key=held["key"],
            typed=request.POST.get("code", ""),
            place=network_of(request),
            now=moment.now(),
        )
    except commands.CodeOver as over:
        return _page(request, "code", facts | {"over": over}, status=over.status)
    if not entered.key:
        left = entered.tries_left
        error: Any = _("This is not the code. Tries left: %(left)s") % {"left": left} if left else commands.CodeOver()
        return _page(request, "code", facts | {"error": error, "over": "" if left else error}, status=422)
    _leave(request)
    response = let_in(redirect(_next(held["to"])), entered.key)
    response.delete_cookie(ASK, path=PATH)
    return response


@require_POST
@mine
def sign_out(request: MyRequest) -> HttpResponse:
    """Sign out, here and now."""
    _leave(request)
    response = redirect(f"{reverse('my_sign_in')}?out=1")
    response.delete_cookie(COOKIE, path=PATH)
    return response


def _leave(request: HttpRequest) -> None:
    """End the visit this browser is in, if any."""
    visit = find_visit(request.COOKIES.get(COOKIE, ""), now=moment.now())
    if visit is not None:
        commands.sign_out(CUSTOMER, visit_id=visit.visit_id)
        leave_own_chats(CHAT, portal_visit_id=visit.visit_id)


def _next(wanted: str) -> str:
    """Go on where somebody wanted to go, within these pages alone."""
    fits = wanted.startswith(PATH) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if fits and not wanted.startswith(reverse("my_sign_in")) else reverse("my_orders")


def _held(request: HttpRequest) -> dict[str, str] | None:
    """Read what this browser was given when it asked for a code; None where that is none, or too old."""
    try:
        found = signing.loads(request.COOKIES.get(ASK, ""), salt=SALT, max_age=ASK_LIVES_S)
    except signing.BadSignature:
        return None
    return found if isinstance(found, dict) else None


def _page(request: HttpRequest, name: str, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    facts |= {"out": "out" in request.GET}
    return render(request, f"portal/my/{name}.html", facts, status=status)
