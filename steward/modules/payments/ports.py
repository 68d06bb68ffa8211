"""What payments ask of whoever reaches a payment provider, and of whoever reads its statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors

Fate = Literal["succeeded", "pending", "refused", "absent", "unclear"]


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider is to pay back. It carries out one `key` once; `payment_minor` is all of the payment.

    Units: minor currency units.
    """

    key: str
    payment: str
    amount_minor: int
    currency: str
    reason: str = ""
    payment_minor: int = 0


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of a charge or a refund; of a charge also what it was paid for, as the order was named.

    refused: it will not be carried out, for good, `code` says why. absent: the provider never heard of it. unclear: the
    call broke off or its answer makes no sense; nobody knows what became of it. `down`: not this one call, the provider
    itself seems not to work (no connection, no answer in time, an error of its own). Units: minor currency units.
    """

    fate: Fate
    transaction: str = ""
    amount_minor: int = 0
    currency: str = ""
    happened_at: datetime | None = None
    code: str = ""
    order: str = ""
    shop: str = ""
    external_number: str = ""
    down: bool = False


class StatedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of a statement. Units: minor currency units."""

    direction: Literal["payment", "refund"]
    transaction: str
    amount_minor: int
    currency: str
    happened_at: datetime


class Unreachable(errors.Refusal):
    """Refuse what needs the provider while it does not answer."""

    code = "provider_unreachable"
    status = 502
    message = _("The provider does not answer as it should (%(why)s). Try again later, or send its file instead.")


class NoBillYet(Unreachable):
    """Refuse to fetch a day whose bill cannot be there yet."""

    code = "no_bill_yet"
    status = 409
    message = _("There is no bill of %(day)s yet. Providers make it on the next morning; fetch it then.")


class UnreadableStatement(errors.Refusal):
    """Refuse a statement that cannot be read; it names the line and what is wrong."""

    code = "unreadable_statement"
    status = 422
    message = _("Line %(line)s of “%(file)s” cannot be read: %(fault)s.")


class Gateway(Protocol):
    """An opened connection to a provider. No method raises for what the network does: the answer is then unclear."""

    def charge(self, transaction: str) -> Answer:
        """Ask what became of a payment, by the provider's name of it."""

    def refund(self, order: RefundOrder) -> Answer:
        """Have money paid back; the same key again gives the same answer and moves nothing."""

    def find_refund(self, order: RefundOrder) -> Answer:
        """Ask what became of a refund, by the key and the payment it was sent under. Moves nothing."""

    def statement(self, starts_at: datetime, ends_at: datetime) -> Sequence[StatedRow]:
        """Fetch every movement of a span. Raises: Unreachable."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider is reached and known: its address, the secret of plain callbacks, and what its kind needs.

    Keys are in clear: for connectors alone, never for a screen.
    """

    code: str
    address: str
    secret: bytes
    fields: Mapping[str, str] = {}


class GatewayOpener(Protocol):
    """Opens a gateway; bound as `payments.gateway.<connector>`. Raises: UnfitKey. Calls nobody."""

    def __call__(self, access: Access) -> Gateway: ...


class UnfitKey(errors.Refusal):
    """Refuse keys that cannot be read."""

    code = "unfit_key"
    status = 422
    message = _("The field “%(field)s” holds no key that can be read. Copy it whole, as the provider shows it.")


class ForgedCallback(Exception):
    """Report that nothing proves who calls; says why."""


class UnreadableCallback(Exception):
    """Report that a proven call makes no sense; says why."""


class Call(msgspec.Struct, frozen=True):
    """A call of a provider: its headers, their names in lower case, and its body."""

    headers: Mapping[str, str]
    body: bytes


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What a proven call reports; the order as the provider was given it. Units: minor currency units.

    `payment` is the payment a refund is of. `refund.changed`: only the provider's answer says what became of it.
    """

    type: Literal["payment.succeeded", "refund.succeeded", "refund.failed", "refund.changed"]
    transaction: str
    amount_minor: int
    currency: str
    paid_at: datetime
    payment: str = ""
    order: str = ""
    shop: str = ""
    external_number: str = ""
    method: str = ""
    refund: str = ""
    code: str = ""


class HeardCall(msgspec.Struct, frozen=True):
    """A proven call by the provider's name of it, and what it reports; nothing where it is none of our business."""

    message_id: str
    report: Reported | None = None


class CallbackDoor(Protocol):
    """Proves and reads the calls of one kind of provider; bound as `payments.callback.<connector>`."""

    thanks: tuple[str, str]
    """What the provider wants to hear, and the type of that."""

    def read(self, call: Call, access: Access, *, now: datetime) -> HeardCall:
        """Prove and read a call. Raises: ForgedCallback, UnreadableCallback."""


class StatementReader(Protocol):
    """Reads a statement's file; bound as `payments.statement_file`. Raises: UnreadableStatement."""

    def __call__(self, path: Path, mapping: dict[str, Any]) -> Iterator[StatedRow]: ...
