"""Name conversations to the outside so that nobody can guess another one: a number and a short seal of ours."""

from __future__ import annotations

import re

from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "steward.desk.conversation"
SEAL_LENGTH = 16
TOKEN = re.compile(rf"([0-9a-f]{{1,15}})-([0-9a-f]{{{SEAL_LENGTH}}})")


def token_of(conversation_id: int) -> str:
    """Make the token by which an answer finds its conversation; it fits into an e-mail address, in any case."""
    return f"{conversation_id:x}-{_seal(conversation_id)}"


def conversation_of(token: str) -> int | None:
    """Read a token; None for one that we did not make."""
    match = TOKEN.fullmatch(token.strip().lower())
    if match is None:
        return None
    id_ = int(match[1], 16)
    return id_ if constant_time_compare(match[2], _seal(id_)) else None


def _seal(conversation_id: int) -> str:
    return salted_hmac(SALT, str(conversation_id), algorithm="sha256").hexdigest()[:SEAL_LENGTH]
