"""The hot path of orders in: async handlers that gather drafts for the group commit.

Both serve programs with a token; who comes with a browser's session is left to Django, which answers the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from steward.interfaces.api import receipts, token_use
from steward.interfaces.api.gathering import Gatherer
from steward.interfaces.api.replies import checked_key, is_fit_key
from steward.interfaces.asgi.life import LIFE
from steward.interfaces.asgi.replies import reply
from steward.interfaces.asgi.types import Receive, Scope, Send
from steward.kernel import errors, moment
from steward.kernel.actor import Actor, system
from steward.modules.orders.commands.intake import Intake, Receipt
from steward.modules.orders.commands.receive import receive_resilient, warm_up
from steward.modules.orders.rules.drafts import OrderDraft
from steward.modules.people import queries as people

LARGEST_ORDER_BYTES = 2 * 1024 * 1024
LARGEST_LINE_BYTES = LARGEST_ORDER_BYTES
MOST_LINES = 100_000
BULK_BATCH = 100
BULK_AHEAD = 3
BEARER = b"Bearer "
EXTRA_HEADERS = {401: [(b"www-authenticate", b'Bearer realm="Steward"')], 503: [(b"retry-after", b"2")]}
LANGUAGES = {b"zh-hant": "zh-hant", b"zh-tw": "zh-hant", b"zh-hk": "zh-hant", b"zh": "zh-hans", b"en": "en"}
SYSTEM = system("intake")


def gatherer() -> Gatherer[Intake, Receipt]:
    """Make the queue of orders of one process."""
    return Gatherer(
        "intake",
        lambda intakes: receive_resilient(SYSTEM, intakes=intakes, now=moment.now()),
        warm_up=warm_up,
    )


GATHERER = gatherer()
LIFE.start.append(GATHERER.start)
LIFE.stop.append(GATHERER.stop)
LIFE.probes["intake"] = GATHERER.probe


class NotAuthenticated(errors.Refusal):
    """Refuse who brings no valid token."""

    code = "not_authenticated"
    status = 401
    message = _("Sign in, or send a valid token: “Authorization: Bearer stw_…”.")


class TooLarge(errors.Refusal):
    """Refuse a request beyond what one request may carry."""

    code = "too_large"
    status = 413
    message = _("The request is too big. Send it in parts.")


def is_mine(scope: Scope) -> bool:
    """Tell whether the request brings a token; others are Django's."""
    return any(name == b"authorization" for name, _value in scope["headers"])


async def one(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/v1/orders: take one order in; answered after its commit."""
    locale = "en"
    try:
        headers = dict(scope["headers"])
        actor = await _actor(headers)
        locale = _locale(headers, actor)
        key = _key(headers, locale)
        body = await _body(receive)
        draft = receipts.plainly_decoded(body) or _decoded(body, locale)
        receipt = (await GATHERER.hand_over([Intake(draft, "api", key, actor=actor)]))[0]
        await _send_receipt(send, receipt, locale)
    except errors.Refusal as refusal:
        await _send_refusal(send, refusal, locale)


async def many(scope: Scope, receive: Receive, send: Send) -> None:
    """POST /api/v1/orders/bulk: NDJSON in, one answer per line out, in the same order; bad lines stop nobody."""
    locale = "en"
    try:
        headers = dict(scope["headers"])
        actor = await _actor(headers)
        locale = _locale(headers, actor)
        body = await _answer_lines(receive, actor, _key(headers, locale) or "", locale)
        await reply(send, status=200, body=body, content_type=receipts.NDJSON)
    except errors.Refusal as refusal:
        await _send_refusal(send, refusal, locale)


async def _answer_lines(receive: Receive, actor: Actor, key: str, locale: str) -> bytes:
    """Hand lines over in batches while later ones still arrive; keep a few batches ahead of the writer."""
    out = bytearray()
    ahead: list[tuple[list[Intake | receipts.OrderReply], list[int], asyncio.Future[list[Receipt]]]] = []
    read: list[Intake | receipts.OrderReply] = []
    numbers: list[int] = []

    async def finish_first() -> None:
        lines, places, answer = ahead.pop(0)
        taken = iter(await answer)
        with translation.override(locale):
            for line, number in zip(lines, places, strict=True):
                said = receipts.reply_of(next(taken), number) if isinstance(line, Intake) else line
                out.extend(receipts.encoded(said) + b"\n")

    def hand_over() -> None:
        intakes = [line for line in read if isinstance(line, Intake)]
        ahead.append((list(read), list(numbers), GATHERER.hand_over(intakes)))
        read.clear()
        numbers.clear()

    try:
        async for number, line in _lines(receive):
            read.append(_read(line, number, actor, key, locale))
            numbers.append(number)
            if len(read) == BULK_BATCH:
                hand_over()
                if len(ahead) == BULK_AHEAD:
                    await finish_first()
        if read:
            hand_over()
        while ahead:
            await finish_first()
    finally:
        for _lines_ahead, _places, answer in ahead:
            answer.cancel()  # nobody waits for it any more; the orders themselves go in
    return bytes(out)


def _read(line: bytes, number: int, actor: Actor, key: str, locale: str) -> Intake | receipts.OrderReply:
    try:
        draft = receipts.plainly_decoded(line) or _decoded(line, locale)
        return Intake(draft, "bulk", f"{key}:{number}" if key else None, actor=actor)
    except errors.Refusal as refusal:
        with translation.override(locale):
            return receipts.reply_of_refusal(refusal, number)


def _decoded(body: bytes, locale: str) -> OrderDraft:
    """Say what is wrong with a body, in the caller's language. Raises: Malformed, BadInput."""
    with translation.override(locale):
        return receipts.decoded(body)


async def _lines(receive: Receive) -> AsyncIterator[tuple[int, bytes]]:
    """Split the body into lines as it arrives; empty lines are counted and passed over. Raises: TooLarge."""
    number, rest, more = 0, b"", True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        parts = (rest + message.get("body", b"")).split(b"\n")
        rest = parts.pop() if more else b""
        if len(rest) > LARGEST_LINE_BYTES or number + len(parts) > MOST_LINES:
            raise TooLarge
        for part in parts:
            number += 1
            if part.strip():
                yield number, part


async def _actor(headers: dict[bytes, bytes]) -> Actor:
    """Resolve the token. Raises: NotAuthenticated, NotPermitted."""
    given = headers.get(b"authorization", b"")
    token = given[len(BEARER) :].decode("latin-1") if given.startswith(BEARER) else ""
    actor = people.remembered_actor(token) or await asyncio.to_thread(_resolve, token)
    if actor is None:
        raise NotAuthenticated
    if token_use.is_due(actor):
        asyncio.get_running_loop().run_in_executor(None, token_use.note_beside, actor)
    actor.require("orders.enter")
    return actor


def _resolve(token: str) -> Actor | None:
    """Ask the database who a token is, and give the thread's connection back to the pool."""
    try:
        return people.actor_for_token(token)
    finally:
        connection.close()


def _locale(headers: dict[bytes, bytes], actor: Actor) -> str:
    wanted = headers.get(b"accept-language", b"").split(b",")[0].split(b";")[0].strip().lower()
    return LANGUAGES.get(wanted) or LANGUAGES.get(wanted.split(b"-")[0]) or actor.locale


def _key(headers: dict[bytes, bytes], locale: str) -> str | None:
    """Read the Idempotency-Key as every other door reads it. Raises: BadInput."""
    given = headers.get(b"idempotency-key", b"").decode("latin-1")
    if is_fit_key(given):  # as nearly always: to change the language costs more than all else that is done here
        return given or None
    with translation.override(locale):
        return checked_key(given) or None


async def _body(receive: Receive) -> bytes:
    """Read a whole body. Raises: TooLarge."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST_ORDER_BYTES:
            raise TooLarge
    return body


async def _send_receipt(send: Send, receipt: Receipt, locale: str) -> None:
    if receipt.findings or receipt.code:
        with translation.override(locale):
            status, content_type, body = receipts.single(receipt)
    else:  # nothing to put into words
        status, content_type, body = receipts.single(receipt)
    extra = [(b"idempotent-replay", b"true")] if receipt.replayed else []
    await reply(send, status=status, body=body, content_type=content_type, extra=extra)


async def _send_refusal(send: Send, refusal: errors.Refusal, locale: str) -> None:
    with translation.override(locale):
        body = receipts.encoded_problem(refusal.problem())
    extra = EXTRA_HEADERS.get(refusal.status, [])
    await reply(send, status=refusal.status, body=body, content_type=receipts.PROBLEM, extra=extra)
