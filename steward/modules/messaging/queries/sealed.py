"""What in a message only its reader may see: sealed in the outbox, opened when it leaves, hidden on every page."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from steward.kernel import secrets_box
from steward.modules.messaging.models import Message
from steward.modules.messaging.rules.catalogue import KINDS

PURPOSE = "messaging.secret"


def sealed(value: str) -> dict[str, str]:
    """Seal a value for the outbox."""
    return {"sealed": b64encode(secrets_box.seal_with_master(value.encode(), purpose=PURPOSE)).decode()}


def opened(message: Message) -> dict[str, Any]:
    """Return what was handed over for a message, secrets in clear: for sending alone."""
    kind = KINDS.get(message.template)
    secrets = [one.name for one in kind.placeholders if one.kind == "secret"] if kind else []
    params: dict[str, Any] = message.params
    return params | {name: _open(message.params[name]) for name in secrets if name in message.params}


def _open(value: dict[str, str]) -> str:
    return secrets_box.unseal_with_master(b64decode(value["sealed"]), purpose=PURPOSE).decode()
