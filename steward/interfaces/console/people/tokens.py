"""API tokens: keys for programs. The secret is shown once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from steward.interfaces.console.access import StaffRequest, needs
from steward.interfaces.console.people.staff import errors_by_field
from steward.kernel import moment
from steward.kernel.errors import BadInput
from steward.modules.catalog import queries as catalog
from steward.modules.people import commands, queries

MANAGE = "settings.tokens"
LIFETIMES_DAYS = (30, 90, 365)
LIFETIMES = tuple(map(str, LIFETIMES_DAYS))


@never_cache
@needs(MANAGE)
def tokens(request: StaffRequest) -> HttpResponse:
    """List tokens and issue a new one, whose secret this answer alone shows."""
    if request.method != "POST":
        return _page(request, QueryDict())
    typed = request.POST
    days = typed.get("days", "")
    try:
        issued = commands.issue_token(
            request.actor,
            name=typed.get("name", ""),
            permissions=typed.getlist("permissions"),
            scopes=typed.getlist("scopes"),
            expires_at=moment.now() + timedelta(days=int(days)) if days in LIFETIMES else None,
            locale=request.actor.locale,
        )
    except BadInput as refusal:
        return _page(request, typed, errors=errors_by_field(refusal.findings))
    return _page(request, QueryDict(), issued=issued)


def _page(
    request: StaffRequest,
    typed: QueryDict,
    *,
    issued: commands.IssuedToken | None = None,
    errors: dict[str, str] | None = None,
) -> HttpResponse:
    given = [each for each in queries.permissions() if each.code != "*" and request.actor.may(each.code)]
    facts: dict[str, Any] = {
        "tokens": [(token, *_words(token)) for token in queries.tokens(moment.now())],
        "issued": issued,
        "errors": errors or {},
        "typed": typed,
        "ticked": typed.getlist("permissions"),
        "shops_ticked": typed.getlist("scopes"),
        "permissions": given,
        "shops": catalog.shops(),
        "lifetimes": LIFETIMES_DAYS,
    }
    return render(request, "console/people/tokens.html", facts, status=422 if errors else 200)


def _words(token: queries.TokenView) -> tuple[list[str], list[str]]:
    """Put what a token may do, and for which shops, into words."""
    shops = {shop.code: shop.name for shop in catalog.shops()}
    return (
        [str(queries.permission(code).label) for code in token.permissions],
        [shops.get(code, code) for code in token.scopes],
    )


@require_POST
@needs(MANAGE)
def token_revoke(request: StaffRequest, token_id: int) -> HttpResponse:
    """Take a program's key away."""
    commands.revoke_token(request.actor, token_id=token_id, now=moment.now())
    messages.success(request, _("Revoked. It stops everywhere within five seconds."))
    return redirect("tokens")
