"""Idempotency-Key on every change: the same request sent again gets the same answer and changes nothing."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from ninja import Schema

from steward.interfaces.api import wording
from steward.interfaces.api.access import ApiRequest
from steward.kernel import errors, idempotency, secrets_box

HEADER = "Idempotency-Key"
REPLAY_HEADER = "Idempotent-Replay"
LONGEST_KEY = 200
KEY_PATTERN = "^[!-~]*$"
KEY = re.compile(KEY_PATTERN)
PURPOSE = "api.reply"


def replayable(view: Callable[..., Schema]) -> Callable[..., Any]:
    """Make a change answer repeated requests from the reply kept with it.

    The reply is stored in the transaction of the change. Raises: KeyReused; BadInput for an overlong key.
    """
    return _replayable(view, keep=str, give=str)


def replayable_sealed(view: Callable[..., Schema]) -> Callable[..., Any]:
    """Do as `replayable` does, but keep the reply sealed under the master key: it holds a secret."""
    return _replayable(view, keep=_sealed, give=_unsealed)


def _sealed(body: str) -> str:
    return secrets_box.seal_with_master(body.encode(), purpose=PURPOSE).hex()


def _unsealed(kept: str) -> str:
    return secrets_box.unseal_with_master(bytes.fromhex(kept), purpose=PURPOSE).decode()


def _replayable(
    view: Callable[..., Schema], *, keep: Callable[[str], str], give: Callable[[str], str]
) -> Callable[..., Any]:
    @wraps(view)
    def run(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = key_of(request)

        def work() -> idempotency.Reply:
            return idempotency.Reply(200, keep(view(request, *args, **kwargs).model_dump_json()))

        if key:
            asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
            digest = hashlib.sha256(asked).digest()
            reply = idempotency.once(owner=request.auth.id, key=key, request_hash=digest, work=work)
        else:
            reply = work()
        response = HttpResponse(give(reply.body), "application/json", reply.status)
        if reply.is_replay:
            response[REPLAY_HEADER] = "true"
        return response

    run.keeps_reply = True  # type: ignore[attr-defined]  # what the description of the API asks for
    return run


def keeps_reply(view: Callable[..., Any]) -> bool:
    """Tell whether a view answers repeated requests from the reply that was kept."""
    return getattr(view, "keeps_reply", False)


def key_of(request: ApiRequest) -> str:
    """Read the Idempotency-Key; empty when there is none. Raises: BadInput for one that does not fit."""
    return checked_key(request.headers.get(HEADER, ""))


def is_fit_key(key: str) -> bool:
    """Tell whether a key is of printable ASCII and bearable length."""
    return len(key) <= LONGEST_KEY and KEY.fullmatch(key) is not None


def checked_key(key: str) -> str:
    """Return a key of printable ASCII and bearable length. Raises: BadInput for any other."""
    if len(key) > LONGEST_KEY:
        raise errors.BadInput([wording.finding(HEADER, "string_too_long", place="header", max_length=LONGEST_KEY)])
    if not KEY.fullmatch(key):
        raise errors.BadInput([wording.finding(HEADER, "string_pattern_mismatch", place="header")])
    return key
