"""The door of customers' own pages: who is signed in, what is theirs, what is said when something is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from steward.interfaces.console.addresses import refuse_unholdable
from steward.interfaces.portal import answers, throttle
from steward.interfaces.portal.contact import Unreadable
from steward.kernel import moment, parameters
from steward.kernel.actor import system
from steward.kernel.errors import NotFound, Refusal
from steward.modules.customers.commands import sign_in as commands
from steward.modules.customers.queries.sign_in import SignedIn, find_visit
from steward.modules.orders.queries.search import OrderKey, keys_of_numbers

P = ParamSpec("P")
COOKIE, PATH = "steward_my", "/my/"
CUSTOMER = system("portal.customer")
PAGES = parameters.define(
    "portal.pages_per_minute", 120, unit="", label=_("Pages one signed-in customer opens per minute"), minimum=20
)


class MyRequest(HttpRequest):
    """A request of a customer who is signed in, at the instant `now`; `kept` are files that came with it."""

    visit: SignedIn
    now: datetime
    kept: list[int] | None


def door(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view one of these pages: refusals become pages that say what to do, nothing is kept or passed on."""

    @wraps(view)
    def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Refusal as refusal:
            response = problem(request, refusal)
        except (RequestDataTooBig, MultiPartParserError):
            response = problem(request, Unreadable())
        except Http404:
            response = problem(request, NotFound(key=request.path))
        return answers.private(response)

    return run


def mine(view: Callable[Concatenate[MyRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a view a page of whoever is signed in; who is not, is asked to sign in and comes back here."""

    def open_own(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        now = moment.now()
        visit = find_visit(request.COOKIES.get(COOKIE, ""), now=now)
        if visit is None:
            back = request.get_full_path() if request.method in ("GET", "HEAD") else PATH
            return redirect(f"{reverse('my_sign_in')}?{urlencode({'next': back})}")
        throttle.hold_back("my", f"{visit.visit_id}", most=parameters.value(PAGES))
        refuse_unholdable(request, kwargs)
        own = cast("MyRequest", request)
        own.visit, own.now, own.kept = visit, now, None
        if visit.is_stale:
            commands.stay(CUSTOMER, visit_id=visit.visit_id, now=now)
        return view(own, *args, **kwargs)

    return wraps(view)(door(open_own))


def let_in(response: HttpResponse, key: str) -> HttpResponse:
    """Give the browser what it is known by; until when it opens anything, the house alone decides."""
    response.set_cookie(COOKIE, key, path=PATH, httponly=True, samesite="Lax", secure=settings.SECURE)
    return response


def own_order(request: MyRequest, number: str) -> OrderKey:
    """Find an order of this customer. Raises: NotFound, also for one that is somebody else's."""
    found = keys_of_numbers({number}).get(number)
    if found is None:
        raise NotFound(key=number)
    only_own(request, found.customer_id, number)
    return found


def is_own(request: MyRequest, customer_id: int | None) -> bool:
    """Tell whether something of this buyer is this person's."""
    return customer_id is not None and customer_id in request.visit.members


def only_own(request: MyRequest, customer_id: int | None, key: object) -> None:
    """Let nobody at what is not theirs. Raises: NotFound, as for what is not there."""
    if not is_own(request, customer_id):
        raise NotFound(key=key)


def problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Say what went wrong, and where to go on."""
    response = render(request, "portal/my/problem.html", {"refusal": refusal}, status=refusal.status)
    if refusal.status == 429:
        response.headers["Retry-After"] = str(refusal.params.get("seconds", 3600))
    return response
