"""Idempotency-Key on every change: the same request sent again gets the same answer and changes nothing."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Schema

from steward.interfaces.api.access import ApiRequest
from steward.kernel import errors, idempotency

HEADER = "Idempotency-Key"
REPLAY_HEADER = "Idempotent-Replay"
LONGEST_KEY = 200


def replayable(view: Callable[..., Schema]) -> Callable[..., Any]:
    """Make a change answer repeated requests from the reply kept with it.

    The reply is stored in the transaction of the change. Raises: KeyReused; BadInput for an overlong key.
    """

    @wraps(view)
    def run(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get(HEADER, "")
        if len(key) > LONGEST_KEY or "\0" in key:
            message = _("An Idempotency-Key has at most %(longest)s characters.") % {"longest": LONGEST_KEY}
            finding = {"field": HEADER, "in": "header", "code": "string_too_long", "message": message}
            raise errors.BadInput([finding])

        def work() -> idempotency.Reply:
            return idempotency.Reply(200, view(request, *args, **kwargs).model_dump_json())

        if not key:
            return _response(work())
        owner, asked = request.auth.id, f"{request.method} {request.get_full_path()}\n".encode() + request.body
        digest = hashlib.sha256(asked).digest()
        return _response(idempotency.once(owner=owner, key=key, request_hash=digest, work=work))

    return run


def _response(reply: idempotency.Reply) -> HttpResponse:
    response = HttpResponse(reply.body, "application/json", reply.status)
    if reply.is_replay:
        response[REPLAY_HEADER] = "true"
    return response
