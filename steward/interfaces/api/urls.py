"""Addresses of the API."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from steward.interfaces.api.app import api, described
from steward.interfaces.api.problems import problem


def openapi(request: HttpRequest) -> HttpResponse:
    """Give the OpenAPI description to anybody."""
    if request.method not in ("GET", "HEAD"):
        return _not_allowed("GET, HEAD")
    return JsonResponse(described(), json_dumps_params={"ensure_ascii": False})


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer for addresses that do not exist."""
    return problem(404)


def _not_allowed(methods: str) -> HttpResponse:
    response = problem(405)
    response["Allow"] = methods
    return response


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a method that is not allowed a problem too; ninja answers it with a bare text."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        return _not_allowed(response["Allow"]) if response.status_code == 405 else response

    return run


def _patterns() -> list[URLPattern]:
    found, _app_name, _namespace = api.urls
    operations = [pattern for pattern in found if isinstance(pattern, URLPattern)]
    for pattern in operations:
        pattern.callback = _with_problems(pattern.callback)
    # `orders/bulk` must be looked at before `orders/<number>`.
    return sorted(operations, key=lambda pattern: "<" in str(pattern.pattern))


urlpatterns = [
    path("openapi.json", csrf_exempt(openapi), name="api_openapi"),
    *_patterns(),
    path("", nothing_here),
    path("<path:rest>", nothing_here),
]
