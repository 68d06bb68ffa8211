"""WeChat, carriers of short messages and networks hand over here what people wrote, each proven in its own way."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from steward.interfaces.api.problems import of_refusal, problem
from steward.kernel import errors, moment, ports
from steward.kernel.actor import system
from steward.modules.messaging.commands.channel_calls import claim_answer, take_call
from steward.modules.messaging.commands.stopping import follow_wishes
from steward.modules.messaging.ports import ChannelCall, ChannelDoor, ForgedReport, HeardCall, UnreadableReport
from steward.modules.messaging.queries.accounts import find_account, wrote_since
from steward.modules.messaging.rules.accounts import Account

LARGEST_BYTES = 20 * 1024 * 1024
ACTOR = system("messaging.channels")
# Who wrote within so many hours knows that we listen.
ACKNOWLEDGED_FOR = timedelta(hours=12)
# Outsiders' systems that ask first whether the address is ours.
ASKS = frozenset({"wechat", "social.weibo"})
TEXT = re.compile(rb"[\x20-\x7e]{0,200}")


@csrf_exempt
def channel_call(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """Take one call: prove and read it outside any transaction, then take what it brought.

    The same call again is as welcome as the first time.
    """
    account = find_account(kind, code)
    if account is None:
        return of_refusal(errors.NotFound(key=code))
    try:
        door: ChannelDoor = ports.bound(f"messaging.channel.{account.door}")
    except ports.UnboundPort:
        return of_refusal(errors.NotFound(key=code))
    if fault := unfit(request, asks=account.door in ASKS):
        return fault
    now = moment.now()
    try:
        call = _call(request)
        heard = door.read(call, account, now=now)
    except RequestDataTooBig:
        return problem(413)
    except UnreadablePostError:
        return problem(400)
    except (ForgedReport, UnreadableReport) as refusal:
        return of_refusal(refusal)
    if request.method == "GET":
        return _echo(heard.answer)
    return _take(account, heard, now)


def unfit(request: HttpRequest, *, asks: bool) -> HttpResponse | None:
    """Say why a call cannot be taken: its method, its length. `asks`: the system may ask first by GET."""
    if request.method not in (("GET", "POST") if asks else ("POST",)):
        response = problem(405)
        response["Allow"] = "GET, POST" if asks else "POST"
        return response
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        return problem(400)
    return problem(413) if int(length) > LARGEST_BYTES else None


def _call(request: HttpRequest) -> ChannelCall:
    return ChannelCall(
        method=request.method or "",
        url=f"{settings.PUBLIC_URL}{request.path}",
        query={name: request.GET.get(name, "") for name in request.GET},
        query_text=request.META.get("QUERY_STRING", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )


def _echo(answer: bytes) -> HttpResponse:
    """Give back what was asked, as words that no browser takes for a page."""
    if not TEXT.fullmatch(answer):
        return problem(400)
    response = HttpResponse(answer, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _take(account: Account, heard: HeardCall, now: datetime) -> HttpResponse:
    """Take what a proven call brought and answer as its sender wants it; somebody hears the same words once.

    WeChat sends a message again after five seconds: then two calls may both believe to be the first.
    """
    is_first = bool(heard.first_answer) and not any(
        wrote_since(one.sender, since=now - ACKNOWLEDGED_FOR) for one in heard.incoming
    )
    if heard.wishes:
        follow_wishes(ACTOR, wishes=heard.wishes, now=now)
    take_call(ACTOR, account=account, heard=heard, now=now)
    answer = heard.first_answer if is_first else heard.answer
    speaks = bool(heard.once) and answer != heard.silence
    if speaks and not claim_answer(ACTOR, account_id=account.id, once=heard.once, now=now):
        answer = heard.silence
    return HttpResponse(answer, content_type=heard.answer_type)
