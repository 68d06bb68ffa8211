"""The doors of a visit: begin or go on, read what was said, tell what is typed and seen, ask for a person."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from steward.interfaces.chat.door import ACTOR, VISITS, answer, bearer, door, number, told, visit_here, where
from steward.interfaces.chat.frame import KIND, language_of
from steward.interfaces.chat.passes import signed_in_by
from steward.interfaces.portal import throttle
from steward.kernel import errors, moment, parameters
from steward.modules.desk.commands import chatting
from steward.modules.messaging.commands import chats as commands
from steward.modules.messaging.commands.own_chats import open_own_chat
from steward.modules.messaging.queries import chats
from steward.modules.messaging.queries.accounts import find_account
from steward.modules.messaging.rules.chats import is_allowed, origin_of, origins_of


class ForeignShop(errors.Refusal):
    """Refuse a visit on a page that may not show the chat."""

    code = "foreign_shop"
    status = 403
    message = _("This page may not show the chat.")


@require_POST
@door
def session(request: HttpRequest, code: str) -> HttpResponse:
    """Go on with the visit of a token, or begin one; answer with where it stands and what was said last.

    With a pass of our own pages it is that of the customer who is signed in there, without one it never is.
    Raises: NotFound, ForeignShop, TooMany (as problems).
    """
    account = find_account(KIND, code)
    if account is None:
        raise errors.NotFound(key=code)
    given, now = told(request), moment.now()
    page = origin_of(str(given.get("page") or ""))
    own = f"{request.scheme}://{request.get_host()}".lower()
    if page and page != own and not is_allowed(page, origins_of(account.settings.get("origins", ""))):
        raise ForeignShop
    signed_in = signed_in_by(given.get("pass"), now=now) if page in (own, origin_of(settings.PUBLIC_URL)) else None
    visit: Any = None
    if bearer(request):
        with suppress(chats.ChatClosed):
            visit = visit_here(request, code)
    if visit is not None and visit.portal_visit_id != (signed_in.visit_id if signed_in else None):
        visit = None  # nobody goes on with what was said as somebody else
    if visit is None:
        throttle.hold_back("chat-visit", where(request), most=parameters.value(VISITS))
        language = language_of(account, request.headers.get("X-Chat-Language", ""), "")
        facts: dict[str, Any] = {"code": code, "language": language, "facts": given, "now": now}
        visit = open_own_chat(ACTOR, signed_in=signed_in, **facts) if signed_in else commands.open_visit(ACTOR, **facts)
    else:
        commands.come_back(ACTOR, visit_id=visit.id, facts=given, now=now)
    page_of = chats.page(visit.id, now=now)
    return answer(
        {
            "token": chats.token_of(visit),
            "holder": visit.holder,
            "read": visit.staff_seq,
            "reachable": visit.reachable,
            "open": chats.is_staffed(account, now=now),
            "lines": page_of.lines,
            "more": page_of.more,
        }
    )


@require_GET
@door
def history(request: HttpRequest, code: str) -> HttpResponse:
    """Answer with the lines before one, oldest first. Raises: ChatClosed (as a problem)."""
    visit = visit_here(request, code)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    return answer(chats.page(visit.id, now=moment.now(), before=before))


@require_POST
@door
def typing(request: HttpRequest, code: str) -> HttpResponse:
    """Note that the visitor types, or stopped. Raises: ChatClosed (as a problem)."""
    visit = visit_here(request, code)
    types = told(request).get("on") is True
    chatting.note_visitor_types(ACTOR, visit_id=visit.id, types=types, now=moment.now())
    return HttpResponse(status=204)


@require_POST
@door
def seen(request: HttpRequest, code: str) -> HttpResponse:
    """Note up to where the browser got the chat and the visitor read it. Raises: ChatClosed (as a problem)."""
    visit, given = visit_here(request, code), told(request)
    heard, read = number(given, "heard"), number(given, "read")
    chatting.note_visitor_saw(ACTOR, visit_id=visit.id, heard=heard, read=read, now=moment.now())
    return HttpResponse(status=204)


@require_POST
@door
def person(request: HttpRequest, code: str) -> HttpResponse:
    """Let the visitor ask for a person. Raises: ChatClosed (as a problem)."""
    visit = visit_here(request, code)
    chatting.ask_for_person(ACTOR, visit_id=visit.id, now=moment.now())
    return HttpResponse(status=204)
