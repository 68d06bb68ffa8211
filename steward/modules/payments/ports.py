"""What payments ask of whoever reaches a payment provider, and of whoever reads its statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
from django.utils.translation import gettext_lazy as _

from steward.kernel import errors

Fate = Literal["succeeded", "pending", "refused", "absent", "unclear"]


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider is to pay back. It carries out one `key` once. Units: minor currency units."""

    key: str
    payment: str
    amount_minor: int
    currency: str
    reason: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider says of a charge or a refund; of a charge also what it was paid for, as the order was named.

    refused: it will not be carried out, for good, `code` says why. absent: the provider never heard of it. unclear: the
    call broke off or its answer makes no sense; nobody knows what became of it. Units: minor currency units.
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

    def find_refund(self, key: str) -> Answer:
        """Ask what became of a refund, by the key it was sent under. Moves nothing."""

    def statement(self, starts_at: datetime, ends_at: datetime) -> Sequence[StatedRow]:
        """Fetch every movement of a span. Raises: Unreachable."""


class GatewayOpener(Protocol):
    """Opens a gateway; bound as `payments.gateway.<connector>`."""

    def __call__(self, *, address: str, code: str, secret: bytes) -> Gateway: ...


class StatementReader(Protocol):
    """Reads a statement's file; bound as `payments.statement_file`. Raises: UnreadableStatement."""

    def __call__(self, path: Path, mapping: dict[str, Any]) -> Iterator[StatedRow]: ...
