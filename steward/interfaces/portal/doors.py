"""The door of the portal: read the link, keep guessers slow, hand over to the page, say kindly what went wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from steward.interfaces.portal import answers, pages, throttle
from steward.kernel import moment
from steward.kernel.errors import Refusal
from steward.modules.messaging.queries import links

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def door(view: View[P]) -> View[P]:
    """Make a view one of the portal: refusals become pages that say what to do; nothing is kept or passed on."""

    @wraps(view)
    def run(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Refusal as refusal:
            response = answers.problem(request, refusal)
        return answers.private(response)

    return cast("View[P]", run)


@require_http_methods(["GET", "HEAD", "POST"])
@door
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open what a link leads to. Raises: LinkBroken, LinkExpired, LinkWithdrawn, TooMany (as pages)."""
    throttle.let_in(request, token)
    try:
        link = links.read_link(token, now=moment.now(), purposes=pages.PAGES)
    except links.LinkBroken:
        throttle.count_broken(request)
        raise
    return pages.PAGES[link.purpose](request, link)


@require_http_methods(["GET", "HEAD"])
@door
def nothing(request: HttpRequest) -> HttpResponse:
    """Say to who came without a link where to find theirs."""
    raise links.LinkBroken
