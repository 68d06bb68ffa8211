"""What connectors of payment providers share: calls that end in an answer, days of bills, how an order was named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict
from urllib.parse import urlsplit

from django.conf import settings

from steward.connectors.calling import Heard, Lost, NotHeard, ask
from steward.connectors.reading import CHINA
from steward.modules.payments.ports import Answer

TIMEOUT_S = 10.0
LARGEST_BYTES = 256 * 1024
LARGEST_BILL_BYTES = 64 * 1024 * 1024
OURS = re.compile(r"SO-\d{4}-\d{6,}")
TOLERANCE_S = 300
LOCAL = ("127.0.0.1", "localhost", "::1")


class Broken(Exception):
    """Report that a call broke off or its answer makes no sense. `down`: the provider itself seems not to work."""

    def __init__(self, code: str, *, down: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.down = down

    @property
    def answer(self) -> Answer:
        """Say it as an answer: nobody knows."""
        return Answer(fate="unclear", code=self.code[:80], down=self.down)


class Named(TypedDict):
    """How a provider was told of an order: by our number, or by a shop's number and its shop."""

    order: str
    shop: str
    external_number: str


def call(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None, largest_bytes: int = LARGEST_BYTES
) -> Heard:
    """Call a provider once. Raises: Broken where it cannot be reached or says that it does not work."""
    try:
        heard = ask(method, url, headers=headers, body=body, timeout_s=TIMEOUT_S, largest_bytes=largest_bytes)
    except (NotHeard, Lost) as error:
        raise Broken(str(error), down=True) from error
    if heard.status >= 500:
        raise Broken(f"http_{heard.status}", down=True)
    return heard


def named(number: str, shop: str) -> Named:
    """Tell our own number of an order from a shop's."""
    if OURS.fullmatch(number.upper()):
        return Named(order=number.upper(), shop="", external_number="")
    return Named(order="", shop=shop, external_number=number[:80] if shop else "")


def china_time(text: str) -> datetime:
    """Read a local time of China, or one with its zone. Raises: ValueError."""
    found = datetime.fromisoformat(text.strip())
    return (found if found.tzinfo else found.replace(tzinfo=CHINA)).astimezone(UTC)


def days(starts_at: datetime, ends_at: datetime) -> list[date]:
    """List the days of China that a span touches: bills are made by the day."""
    first, last = starts_at.astimezone(CHINA).date(), (ends_at - timedelta(microseconds=1)).astimezone(CHINA).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def is_over(day: date, now: datetime) -> bool:
    """Tell whether a day of China has ended, so that a bill of it can be there."""
    return day < now.astimezone(CHINA).date()


def is_safe(url: str) -> bool:
    """Tell whether what is fetched from an address stays secret: over TLS, or on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def callback_address(code: str) -> str:
    """Name where the provider is to call; nothing where outsiders cannot reach us over TLS."""
    public = str(settings.PUBLIC_URL)
    return f"{public}/webhooks/payments/{code}" if public.startswith("https://") else ""
