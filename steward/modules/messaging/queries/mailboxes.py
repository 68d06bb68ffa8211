"""Read watched mailboxes, without their passwords, and how many letters of each could not be read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count
from msgspec import Struct

from steward.kernel import errors, secrets_box
from steward.modules.messaging.models import Mailbox, ParkedInbound
from steward.modules.messaging.ports import MailboxAccess

PASSWORD_PURPOSE = "messaging.mailbox"  # noqa: S105  (what the password is sealed for)


class MailboxView(Struct, frozen=True, kw_only=True):
    """One watched mailbox, and how it goes there."""

    id: int
    code: str
    address: str
    host: str
    port: int
    security: str
    login: str
    folder: str
    done_folder: str
    shop_code: str
    has_plus: bool
    takes_old: bool
    order_mapping: str
    order_senders: str
    active: bool
    polled_at: datetime | None
    failing_since: datetime | None
    error: str
    last_uid: int
    parked: int = 0


def mailboxes() -> list[MailboxView]:
    """List the watched mailboxes by their code."""
    parked = dict(
        ParkedInbound.objects.filter(channel="email", state="parked").values_list("box").annotate(number=Count("id"))
    )
    return [_view(row, parked.get(row.code, 0)) for row in Mailbox.objects.order_by("code")]


def mailbox(code: str) -> MailboxView:
    """Read one watched mailbox. Raises: NotFound."""
    found = next((one for one in mailboxes() if one.code == code), None)
    if found is None:
        raise errors.NotFound(key=code)
    return found


def find_mailbox(code: str) -> MailboxView | None:
    """Find a mailbox by its code."""
    row = Mailbox.objects.filter(code=code).first()
    return _view(row, 0) if row else None


def order_mailboxes(codes: Collection[str]) -> dict[str, MailboxView]:
    """Find those of some mailboxes that take orders in, by their code."""
    return {row.code: _view(row, 0) for row in Mailbox.objects.filter(code__in=codes).exclude(order_mapping="")}


def active_mailbox_ids() -> list[int]:
    """List the mailboxes that are polled."""
    return list(Mailbox.objects.filter(active=True).order_by("id").values_list("id", flat=True))


def failing_count() -> int:
    """Count the mailboxes that cannot be read."""
    return Mailbox.objects.filter(active=True, failing_since__isnull=False).count()


def access(mailbox_id: int) -> MailboxAccess:
    """Open how a mailbox is signed in to: for fetching alone, never for a screen. Raises: NotFound."""
    row = Mailbox.objects.filter(id=mailbox_id).first()
    if row is None:
        raise errors.NotFound(key=mailbox_id)
    return MailboxAccess(
        host=row.host,
        port=row.port,
        security=row.security,
        login=row.login,
        password=secrets_box.unseal_with_master(row.sealed_password, purpose=PASSWORD_PURPOSE).decode(),
        folder=row.folder,
        done_folder=row.done_folder,
    )


def own_addresses() -> frozenset[str]:
    """Return the addresses that are ours, in lower case: those of mailboxes, and whom our letters are from."""
    sender = settings.MAIL_FROM.rpartition("<")[2].rstrip("> ").strip()
    found = Mailbox.objects.values_list("address", flat=True)
    return frozenset(address.lower() for address in (*found, sender) if address)


def _view(row: Mailbox, parked: int) -> MailboxView:
    facts: dict[str, Any] = {name: getattr(row, name) for name in MailboxView.__struct_fields__ if name != "parked"}
    return MailboxView(**facts, parked=parked)
