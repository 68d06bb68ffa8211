"""Answer on networks and marketplaces: a signed webhook to whoever posts it there.

The same answer has the same `webhook-id` for every attempt, by which the receiver takes it once.
"""

from __future__ import annotations

import base64
from datetime import datetime

import msgspec
from standardwebhooks import Webhook

from steward.connectors.reading import SIGNED
from steward.modules.messaging.ports import Receipt, Reply, WebhookPoster
from steward.modules.messaging.rules.accounts import Account

NAME = "social"
LATER = frozenset({0, 408, 425, 429})


class SocialCarrier:
    """Hands answers to the address the account names."""

    name = NAME
    is_idempotent = True
    leaves_the_house = True

    def __init__(self, account: Account, poster: WebhookPoster) -> None:
        self._account = account
        self._poster = poster

    def send(self, reply: Reply, *, now: datetime) -> Receipt:
        """Hand one answer over."""
        address = self._account.settings.get("reply_address", "")
        if not address:
            return Receipt("refused", detail="the account names no address for answers")
        body = self._body(reply)
        signature = Webhook(_key(self._account.secrets.get("secret", ""))).sign(reply.key, now, body.decode())
        stamps = (reply.key, str(int(now.timestamp())), signature)
        headers = {"content-type": "application/json", **dict(zip(SIGNED, stamps, strict=True))}
        answer = self._poster.post(address, headers=headers, body=body)
        if 200 <= answer.status < 300:
            return Receipt("sent", reference=reply.key)
        later = answer.status in LATER or answer.status >= 500
        return Receipt("retry" if later else "refused", detail=f"{answer.status} {answer.text}"[:200])

    def _body(self, reply: Reply) -> bytes:
        files = [
            {
                "filename": file.filename,
                "media_type": file.media_type,
                "content": base64.b64encode(file.content).decode(),
            }
            for file in reply.files
        ]
        told = {
            "id": reply.key,
            "box": self._account.code,
            "author_id": reply.to.external_value,
            "in_reply_to": reply.answers,
            "kind": reply.facts.get("kind", "message"),
            "thread": reply.facts.get("thread", ""),
            "text": reply.text,
            "files": files,
        }
        return msgspec.json.encode({"type": "reply", "data": told})


def _key(secret: str) -> bytes:
    """Take a secret for signing: base64 after `whsec_`, or any words a network gave."""
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"))
    return secret.encode()
