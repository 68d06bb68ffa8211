"""The hot paths: (method, path) → handler and the kind its requests are counted as. All else is Django's."""

from __future__ import annotations

from steward.interfaces import live
from steward.interfaces.api import intake, messages_in
from steward.interfaces.asgi import health, metrics
from steward.interfaces.asgi.types import Handler
from steward.interfaces.chat import stream

ROUTES: dict[tuple[str, str], tuple[str, Handler]] = {
    ("GET", "/healthz"): ("health", health.alive),
    ("HEAD", "/healthz"): ("health", health.alive),
    ("GET", "/readyz"): ("health", health.ready),
    ("GET", "/metrics"): ("metrics", metrics.application),
    ("GET", "/events"): ("live", live.application),
    ("POST", "/api/v1/orders"): ("intake", intake.one),
    ("POST", "/api/v1/orders/bulk"): ("bulk", intake.many),
    ("POST", "/api/v1/messages/incoming"): ("messages", messages_in.many),
}


def own_handler(method: str, path: str) -> tuple[str, Handler] | None:
    """Find the kind and the handler of a request that Django does not answer."""
    if method == "GET" and path.startswith("/chat/") and stream.PATH.fullmatch(path):
        return ("chat", stream.application)
    return ROUTES.get((method, path))


def kind_of(path: str) -> str:
    """Name the kind of a request that Django answers."""
    for prefix, kind in (("/static/", "static"), ("/api/", "api"), ("/webhooks/", "webhook"), ("/chat/", "chat_call")):
        if path.startswith(prefix):
            return kind
    return "page"
