"""Every refusal as RFC 9457 `application/problem+json`: a stable code, what to do and all findings."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from steward.interfaces.api import wording
from steward.kernel import errors

CONTENT_TYPE = "application/problem+json"
CODES = {400: "malformed", 401: "not_authenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
PLACES = ("body", "query", "path", "header", "cookie", "form", "file")
logger = structlog.get_logger(__name__)


def problem(
    status: int, *, code: str = "", title: str = "", findings: list[dict[str, Any]] | None = None, **more: Any
) -> HttpResponse:
    """Answer with a problem."""
    code = code or CODES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "_"))
    body: dict[str, Any] = {"type": f"urn:steward:{code}", "title": title or _title(status), "status": status}
    body |= {"code": code, **more}
    if findings is not None:
        body["findings"] = findings
    return HttpResponse(json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False), CONTENT_TYPE, status)


def _title(status: int) -> str:
    titles: dict[int, Callable[[], str]] = {
        400: lambda: _("The request cannot be read. Send well-formed JSON in UTF-8."),
        401: lambda: _("Sign in, or send a valid token: “Authorization: Bearer stw_…”."),
        403: lambda: _("This is not allowed."),
        404: lambda: _("There is nothing at this address."),
        405: lambda: _("This address does not take this method."),
        413: lambda: _("The request is too big. Send it in parts."),
        429: lambda: _("Too many requests. Wait as long as Retry-After says."),
    }
    return titles[status]() if status in titles else HTTPStatus(status).phrase


def of_refusal(refusal: errors.Refusal) -> HttpResponse:
    """Answer with a refusal of the business."""
    body = refusal.problem()
    body.pop("type")
    return problem(body.pop("status"), **body)


def install(api: NinjaAPI) -> None:
    """Make every error of the API a problem."""

    @api.exception_handler(errors.Refusal)
    def refused(request: HttpRequest, refusal: errors.Refusal) -> HttpResponse:
        return of_refusal(refusal)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        findings = [_finding(found) for found in error.errors]
        return problem(422, code=errors.BadInput.code, title=str(errors.BadInput.message), findings=findings)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = problem(401)
        response["WWW-Authenticate"] = 'Bearer realm="Steward"'
        return response

    @api.exception_handler(Throttled)
    def throttled(request: HttpRequest, error: Throttled) -> HttpResponse:
        return problem(429)

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return problem(413)

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code)

    @api.exception_handler(Exception)
    def broken(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.exception("api request failed", path=request.path)
        return problem(500, code="internal_error", title=_("Something broke on our side. It was noted; try again."))


def _finding(found: dict[str, Any]) -> dict[str, Any]:
    """Name the field as the caller wrote it (`lines.0.sku`), and why its value does not fit."""
    place = [str(part) for part in found.get("loc", ()) if str(part) != "payload"]
    where = place[0] if place and place[0] in PLACES else ""
    return {
        "field": ".".join(place[1:] if where else place) or where,
        "in": where,
        "code": str(found.get("type", "invalid")),
        "message": wording.said(str(found.get("type", "")), found.get("ctx")),
    }
