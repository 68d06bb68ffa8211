"""Hand e-mails to a provider, and tell apart what was certainly not taken from what nobody can tell."""

from __future__ import annotations

from email.utils import formataddr
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError
from django.core.mail import EmailMultiAlternatives, get_connection

from steward.modules.messaging.ports import Mail, Receipt

NAME = "anymail"
# What each provider calls the key it is reached with.
KEY_NAMES = {"mailgun": "api_key", "postmark": "server_token", "brevo": "api_key"}
TAKEN = frozenset({"sent", "queued"})
LATER = frozenset({401, 403, 408, 425, 429, 503})
TAGS = {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "en": "en"}
TIMEOUT_S = 20


class AnymailCarrier:
    """Hands e-mails to one provider. The same e-mail twice would arrive twice, so it is not idempotent."""

    name = NAME
    is_idempotent = False
    leaves_the_house = True

    def __init__(self, *, provider: str, key: str, address: str, sender: str) -> None:
        self._backend = f"anymail.backends.{provider}.EmailBackend"
        self._options: dict[str, Any] = {KEY_NAMES[provider]: key, "timeout": TIMEOUT_S}
        if address:
            self._options["api_url"] = address
        self._sender = sender

    def send(self, mail: Mail) -> Receipt:
        """Hand one e-mail over."""
        try:
            letter = self._letter(mail)
            get_connection(self._backend, fail_silently=False, **self._options).send_messages([letter])
        except AnymailAPIError as error:
            return _failed(error)
        except (AnymailError, ValueError) as error:  # found before anything was sent
            return Receipt("refused", detail=f"{type(error).__name__} {error}")
        told = getattr(letter, "anymail_status", None)
        states = set(told.status or ()) if told else set()
        if not states <= TAKEN or not states:
            return Receipt("refused" if states else "unknown", detail=", ".join(sorted(map(str, states))))
        return Receipt("sent", reference=str(told.message_id or "") if told else "")

    def _letter(self, mail: Mail) -> EmailMultiAlternatives:
        """Write the e-mail; `key` goes along and comes back with every report."""
        headers = {"Content-Language": TAGS[mail.locale]}
        if not mail.is_personal:  # Answering machines stay silent. Source: RFC 3834.
            headers["Auto-Submitted"] = "auto-generated"
        if mail.in_reply_to:
            headers["In-Reply-To"] = mail.in_reply_to
        if mail.references:
            headers["References"] = " ".join(mail.references)
        if mail.stop_url:  # Source: RFC 2369, RFC 8058.
            headers["List-Unsubscribe"] = f"<{mail.stop_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        made = EmailMultiAlternatives(
            mail.subject,
            mail.text,
            self._sender,
            [formataddr((mail.to_name, mail.to_address))],
            headers=headers,
            reply_to=[mail.reply_to] if mail.reply_to else None,
        )
        for one in mail.enclosures:
            made.attach(one.filename, one.content, one.media_type)
        made.attach_alternative(mail.html, "text/html")
        made.metadata = {"key": mail.key}  # type: ignore[attr-defined]
        return made


def _failed(error: AnymailAPIError) -> Receipt:
    """Read a failure: no connection may work later, a refusal by status is one, the rest leaves the fate open."""
    cause, status = error.__cause__, getattr(error, "status_code", None)
    detail = f"{type(error).__name__} {status or ''} {type(cause).__name__ if cause else ''}".strip()
    if isinstance(cause, requests.ConnectTimeout) or _never_connected(cause):
        return Receipt("retry", detail=detail)
    if status in LATER:
        return Receipt("retry", detail=detail)
    if status is not None and 400 <= status < 500:
        return Receipt("refused", detail=detail)
    return Receipt("unknown", detail=detail)


def _never_connected(cause: BaseException | None) -> bool:
    """Tell whether the connection was refused or its host unknown: then nothing was sent."""
    return isinstance(cause, requests.ConnectionError) and "NewConnectionError" in repr(cause)
