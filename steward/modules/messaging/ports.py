"""What a connector that carries messages must offer."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

# sent: taken over. retry: certainly not taken, may work later. refused: certainly not taken, never will be.
# unknown: nobody can tell whether it was taken.
Outcome = Literal["sent", "retry", "refused", "unknown"]


class Receipt(Struct, frozen=True):
    """What became of an attempt. `reference` is the name under which reports on it will come; `detail` for people."""

    outcome: Outcome
    reference: str = ""
    detail: str = ""


class Mail(Struct, frozen=True, kw_only=True):
    """One e-mail, ready to be sent. `key` is the same for every attempt; `stop_url` takes a one-click unsubscribe."""

    key: str
    to_address: str
    to_name: str
    subject: str
    text: str
    html: str
    locale: str
    stop_url: str = ""


class Sms(Struct, frozen=True, kw_only=True):
    """One short message, ready to be sent. `key` is the same for every attempt; `to_phone` in E.164."""

    key: str
    to_phone: str
    text: str
    locale: str


class MailCarrier(Protocol):
    """Carries e-mails. `name` is shown to people; `is_idempotent`: the same key twice arrives once."""

    name: str
    is_idempotent: bool
    leaves_the_house: bool

    def send(self, mail: Mail) -> Receipt:
        """Hand one e-mail over."""
        ...


class SmsCarrier(Protocol):
    """Carries short messages; as MailCarrier."""

    name: str
    is_idempotent: bool
    leaves_the_house: bool

    def send(self, sms: Sms) -> Receipt:
        """Hand one short message over."""
        ...


class Answer(Struct, frozen=True):
    """What a receiver answered: its HTTP status (0: none came), the beginning of its body or what went wrong."""

    status: int
    text: str
    duration_ms: int


class WebhookPoster(Protocol):
    """Posts a signed webhook to where it may go."""

    def post(self, url: str, *, headers: dict[str, str], body: bytes) -> Answer:
        """Post and tell what was answered; refused targets and failures are answers with status 0."""
        ...
