"""Who asks: a program with a token, or a signed-in person (whose forms must carry the CSRF token)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from steward.interfaces.api import token_use, wording
from steward.kernel import errors
from steward.kernel.actor import Actor
from steward.modules.people import queries as people


class ApiRequest(HttpRequest):
    """A request whose actor is resolved."""

    auth: Actor


class ForgedForm(errors.Refusal):
    """Refuse a change asked for by a browser without the CSRF token of its session."""

    code = "csrf_failed"
    status = 403
    message = _("Send the CSRF token of your session in the header X-CSRFToken.")


class SpansAllShops(errors.Refusal):
    """Refuse what spans all shops to a token that is limited to some."""

    code = "scoped_token"
    status = 403
    message = _("This spans all shops, but your token is limited to some. Use a token without that limit.")


def over_all_shops(request: ApiRequest, permission: str) -> Actor:
    """Return who asks for what is of no shop, such as tickets. Raises: NotPermitted, SpansAllShops."""
    request.auth.require(permission)
    if request.auth.scopes:
        raise SpansAllShops
    return request.auth


def refuse_unknown_filters(request: HttpRequest, narrow: Schema) -> None:
    """Refuse query parameters that the address does not know, instead of answering with too much. Raises: BadInput."""
    known = type(narrow).model_fields
    if strange := [name for name in request.GET if name not in known]:
        raise errors.BadInput([wording.finding(name, "extra_forbidden", place="query") for name in strange])


class TokenAuth(HttpBearer):
    """Resolve `Authorization: Bearer stw_…`."""

    openapi_bearerFormat = "stw_…"  # noqa: N815  (the name that OpenAPI gives it)

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Resolve the program, and answer in its language unless the request names another."""
        actor = people.actor_for_token(token)
        if actor is not None and token_use.is_due(actor):
            token_use.note(actor)
        if actor is not None and not request.headers.get("Accept-Language"):
            translation.activate(actor.locale)
        return actor


class SessionAuth(APIKeyCookie):
    """Resolve a person signed in with a browser."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self) -> None:
        super().__init__(csrf=False)  # checked below, only once there is a session that could be abused

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Resolve the person. Raises: ForgedForm for a change without the CSRF token."""
        user = request.user if key else None
        if user is None or not user.is_authenticated:
            return None
        if check_csrf(request) is not None:
            raise ForgedForm
        return people.actor_for_staff(user)
