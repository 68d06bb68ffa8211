"""Who may open a page, and what a refusal looks like to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from steward.interfaces.console.addresses import refuse_unholdable
from steward.interfaces.console.toasts import toast
from steward.kernel.actor import Actor, NotPermitted
from steward.kernel.errors import Refusal
from steward.modules.people import queries as people

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
StaffView = Callable[Concatenate["StaffRequest", P], HttpResponse]


class StaffRequest(HttpRequest):
    """A request of a signed-in person: the kernel's actor is resolved."""

    actor: Actor
    htmx: HtmxDetails


def actor_of(request: HttpRequest) -> Actor | None:
    """Resolve who asks, once per request; nobody when not signed in."""
    if not hasattr(request, "actor"):
        user = getattr(request, "user", None)
        request.actor = None  # type: ignore[attr-defined]
        if user is not None and user.is_authenticated:
            request.actor = people.actor_for_staff(user)  # type: ignore[attr-defined]
    return cast("Actor | None", request.actor)  # type: ignore[attr-defined]


def needs(permission: str) -> Callable[[StaffView[P]], View[P]]:
    """Open a page only to people whose roles give the permission ("" is: everybody who is signed in)."""

    def decorate(view: StaffView[P]) -> View[P]:
        @wraps(view)
        def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            actor = actor_of(request)
            if actor is None:
                return _to_sign_in(request)
            refuse_unholdable(request, kwargs)
            try:
                if permission:
                    actor.require(permission)
                return view(cast("StaffRequest", request), *args, **kwargs)
            except NotPermitted as refusal:
                return forbidden(request, refusal)
            except Refusal as refusal:
                return refused(request, refusal)

        run.needs = permission  # type: ignore[attr-defined]
        return cast("View[P]", run)

    return decorate


signed_in = needs("")


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if _is_htmx(request):
        return HttpResponseClientRedirect(resolve_url("account_login"))
    return redirect_to_login(request.get_full_path())


def _is_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def forbidden(request: HttpRequest, refusal: NotPermitted) -> HttpResponse:
    """Answer 403 and say which permission is missing and who can give it."""
    if _is_htmx(request):
        return _as_toast(refusal)
    code = str(refusal.params.get("permission", ""))
    facts = {"permission": people.permission(code), "code": code, "givers": people.role_administrators()}
    return render(request, "console/forbidden.html", facts, status=403)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Show a refusal where the person is: a toast, a message on the page they came from, or a page of its own."""
    if _is_htmx(request):
        return _as_toast(refusal)
    if request.method == "POST":
        messages.error(request, str(refusal))
        return HttpResponseRedirect(_came_from(request))
    return render(request, "console/problem.html", {"refusal": refusal}, status=refusal.status)


def _as_toast(refusal: Refusal) -> HttpResponse:
    response = HttpResponse(status=refusal.status)
    response["HX-Reswap"] = "none"
    return toast(response, str(refusal), tone="danger")


def _came_from(request: HttpRequest) -> str:
    """Find the page to go back to: only ever one of ours."""
    referrer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referrer, {request.get_host()}):
        parts = urlsplit(referrer)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return resolve_url("home")
