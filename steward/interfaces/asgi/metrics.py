"""Counters of the web process, for Prometheus. Others register theirs with the same library."""

from __future__ import annotations

import time
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

from steward.interfaces.asgi.replies import reply
from steward.interfaces.asgi.types import Handler, Message, Receive, Scope, Send

REQUESTS = Counter("steward_requests_total", "Requests answered.", ["kind", "method", "status"])
SECONDS = Histogram(
    "steward_request_seconds",
    "Time from request to the end of its answer.",
    ["kind"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
OPEN = Gauge("steward_requests_open", "Requests being answered.", ["kind"])
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@cache
def _open_of(kind: str) -> Gauge:
    """Look a gauge up once: looking it up costs more than counting."""
    return OPEN.labels(kind)


@cache
def _counters_of(kind: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(kind, method, str(status)), SECONDS.labels(kind)


async def observed(kind: str, handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request and count it. Kinds are few and fixed, so that no path makes a new series."""
    status = 500
    begun = time.perf_counter()

    async def noting_send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    open_now = _open_of(kind)
    open_now.inc()
    try:
        await handler(scope, receive, noting_send)
    finally:
        open_now.dec()
        method = scope["method"] if scope["method"] in METHODS else "other"
        count, seconds = _counters_of(kind, method, status)
        count.inc()
        seconds.observe(time.perf_counter() - begun)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer /metrics: the figures of this one process."""
    await reply(send, status=200, body=generate_latest(), content_type=CONTENT_TYPE_LATEST)
