"""The door of the chat: who calls, from where, how often; refusals are problems as the API's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

import msgspec
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from steward.interfaces.api.problems import of_refusal, problem
from steward.interfaces.callers import address_of
from steward.interfaces.portal import throttle
from steward.kernel import errors, moment, parameters
from steward.kernel.actor import system
from steward.modules.customers.commands.sign_in import stay
from steward.modules.messaging.queries.chats import visit_of
from steward.modules.messaging.rules.chats import origin_of
from steward.modules.messaging.rules.texts import clean

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
ACTOR = system("chat")
LARGEST_BODY = 64 * 1024
PER_ADDRESS = parameters.define(
    "chat.calls_per_minute", 600, unit="", label=_("How often the chats of one address may call per minute"), minimum=30
)
VISITS = parameters.define(
    "chat.visits_per_minute", 60, unit="", label=_("How many chats one address may begin per minute"), minimum=1
)
MESSAGES = parameters.define(
    "chat.messages_per_minute", 20, unit="", label=_("How many messages one visitor may write per minute"), minimum=1
)
ADDRESS_MESSAGES = parameters.define(
    "chat.messages_per_address",
    120,
    unit="",
    label=_("How many messages the visitors of one address may write per minute"),
    minimum=1,
)


class ForeignPage(errors.Refusal):
    """Refuse a call that another page's script makes."""

    code = "foreign_page"
    status = 403
    message = _("Only the chat's own frame may call here.")


class UnreadableCall(errors.Refusal):
    """Refuse a call whose body is none, or too big."""

    code = "unreadable_call"
    status = 400
    message = _("This cannot be read.")


def door(view: View[P]) -> View[P]:
    """Make a view one of the chat's doors: its own origin alone, so many a minute, problems in JSON, no cookies."""

    @csrf_exempt
    @wraps(view)
    def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        language = request.headers.get("X-Chat-Language", "")
        known = language if language in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(known):
            try:
                _own_page(request)
                throttle.hold_back("chat", where(request), most=parameters.value(PER_ADDRESS))
                response = view(request, *args, **kwargs)
            except (RequestDataTooBig, MultiPartParserError):
                response = problem(413)
            except UnreadablePostError:
                response = problem(400)
            except errors.Refusal as refusal:
                response = of_refusal(refusal)
        response["Cache-Control"] = "no-store"
        return response

    return cast("View[P]", run)


def _own_page(request: HttpRequest) -> None:
    """Refuse what another origin's script asks. Raises: ForeignPage."""
    origin = request.headers.get("Origin", "")
    own = {origin_of(settings.PUBLIC_URL), f"{request.scheme}://{request.get_host()}".lower()}
    if origin and origin.lower() not in own:
        raise ForeignPage


def where(request: HttpRequest) -> str:
    """Name the address a call came from."""
    return address_of(request)


def bearer(request: HttpRequest) -> str:
    """Return the token of a call; empty where it has none."""
    word, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if word.lower() == "bearer" else ""


def visit_here(request: HttpRequest, code: str) -> Any:
    """Find the visit that calls; who is signed in stays so by it. Raises: ChatClosed."""
    visit = visit_of(bearer(request), code=code)
    if visit.portal_visit_id is not None:
        stay(ACTOR, visit_id=visit.portal_visit_id, now=moment.now())
    return visit


def told(request: HttpRequest) -> dict[str, Any]:
    """Read the body of a call as an object, its texts such as the database can hold. Raises: UnreadableCall."""
    if len(request.body) > LARGEST_BODY:
        raise UnreadableCall
    try:
        found = msgspec.json.decode(request.body or b"{}")
    except msgspec.DecodeError as error:
        raise UnreadableCall from error
    if not isinstance(found, dict):
        raise UnreadableCall
    return {clean(str(name), LARGEST_BODY): cleaned(value) for name, value in found.items()}


def cleaned(value: Any) -> Any:
    """Leave out of a text what the database cannot hold; what is no text stays as it is."""
    return clean(value, LARGEST_BODY) if isinstance(value, str) else value


def number(found: dict[str, Any], name: str) -> int:
    """Read a place in the chat; what is none counts as the beginning."""
    value = found.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0


def answer(value: Any, *, status: int = 200) -> HttpResponse:
    """Answer with JSON."""
    return HttpResponse(msgspec.json.encode(value), content_type="application/json", status=status)
