"""The ASGI application that granian runs: hands hot paths to their handlers and everything else to Django."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import secrets
import signal
from typing import cast

import structlog
from django.conf import settings
from django.core.asgi import get_asgi_application

from steward.interfaces.asgi import metrics
from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.types import Handler, Message, Receive, Scope, Send
from steward.interfaces.processes.parent import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "steward.settings")
# Django's own annotation asks for a dict where the standard says mapping.
django_application = cast("Handler", get_asgi_application())

# Handlers look at models and settings, so they come after Django is set up.
from steward.interfaces.api import intake, messages_in  # noqa: E402
from steward.interfaces.asgi.routes import kind_of, own_handler  # noqa: E402

GIVEN_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")
DRAIN_SIGNAL = signal.SIGUSR1
HOT = frozenset({"intake", "bulk"})  # their work is logged by the writer thread, which knows no single request
PROCESS_MARK = secrets.token_hex(6)
_numbers = itertools.count()


class Application:
    """One web process's front: at most STEWARD_WEB_THREADS pages at once, so that the connection pool suffices."""

    def __init__(self) -> None:
        self._page_slots = asyncio.Semaphore(settings.WEB_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through one process's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = _request_id(scope)

        async def signed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        scope["request_id"] = request_id
        kind, handler = own_handler(scope["method"], scope["path"]) or (kind_of(scope["path"]), self._django)
        if kind in HOT and not intake.is_mine(scope):
            kind, handler = "api", self._django
        if kind == "messages":
            handler = self._messages
        if kind in HOT:
            await metrics.observed(kind, handler, scope, receive, signed_send)
            return
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await metrics.observed(kind, handler, scope, receive, signed_send)

    async def _django(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._page_slots:
            await django_application(scope, receive, send)

    async def _messages(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await messages_in.many(scope, receive, send)
        except messages_in.NotUsual as left:
            await self._django(scope, left.receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                asyncio.get_running_loop().add_signal_handler(DRAIN_SIGNAL, LIFE.end_streams)
                end_with_parent()
                await LIFE.begin()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await LIFE.end()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _request_id(scope: Scope) -> str:
    """Take over a proxy's request id if it is a plain word, else make one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and GIVEN_REQUEST_ID.fullmatch(value):
            return str(value.decode())
    return f"{PROCESS_MARK}{next(_numbers):x}"


application = Application()
