"""How many event streams visitors open and hold: of one address, and of all in one process."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.interfaces.asgi.types import Scope
from steward.interfaces.callers import origin
from steward.interfaces.portal import throttle
from steward.kernel import errors, parameters

OPENINGS = parameters.define(
    "chat.streams_per_minute",
    240,
    unit="",
    label=_("How many event streams the chats of one address may open per minute"),
    minimum=10,
)
OF_ADDRESS = parameters.define(
    "chat.streams_per_address",
    300,
    unit="",
    label=_("How many event streams the chats of one address may hold open in one process"),
    minimum=6,
)
OF_PROCESS = parameters.define(
    "chat.streams_per_process",
    2_000,
    unit="",
    label=_("How many event streams of chats one process holds open"),
    minimum=10,
)


class Full(errors.Refusal):
    """Refuse one more stream than this process holds."""

    code = "too_many_streams"
    status = 503
    message = _("Too many are here at once. Try again in a minute.")


class Limits(Struct, frozen=True):
    """How many streams may be open: of one address, of all."""

    address: int
    process: int


class Crowd:
    """The streams that are open, by the address they come from."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, address: str, limits: Limits) -> None:
        """Count a stream that begins. Raises: TooMany, Full."""
        if self._open[address] >= limits.address:
            raise throttle.TooMany(seconds=throttle.WINDOW_S)
        if self._open.total() >= limits.process:
            raise Full
        self._open[address] += 1

    def leave(self, address: str) -> None:
        """Count a stream no more."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


def count_opening(address: str) -> Limits:
    """Count an opening and read how many may be open; asks the database. Raises: TooMany."""
    throttle.hold_back("chat-stream", address, most=parameters.value(OPENINGS))
    return Limits(parameters.value(OF_ADDRESS), parameters.value(OF_PROCESS))


def address_of(scope: Scope) -> str:
    """Name the address a connection comes from, as interfaces.callers does."""
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return origin(str((scope.get("client") or ("",))[0]), ",".join(forwarded), settings.TRUSTED_PROXIES)
