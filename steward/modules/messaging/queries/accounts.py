"""Read the accounts by which people reach us, and which calls counted already."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from steward.kernel import errors, personal, secrets_box
from steward.modules.messaging.models import ChannelAccount, ChannelCall, Inbound
from steward.modules.messaging.rules.accounts import Account
from steward.modules.messaging.rules.channels import Sender

SECRET_PURPOSE = "messaging.channel_account"  # noqa: S105  (names what the secrets are for)


class AccountView(Struct, frozen=True, kw_only=True):
    """An account as people see it: of its secrets only which there are."""

    id: int
    code: str
    kind: str
    name: str
    settings: dict[str, str]
    known_secrets: list[str]
    active: bool
    changed_at: datetime
    waiting_files: int = 0


def channel_accounts(kind: str = "") -> list[AccountView]:
    """List accounts, of one kind or of all."""
    rows = ChannelAccount.objects.order_by("kind", "code")
    return [_view(row) for row in (rows.filter(kind=kind) if kind else rows)]


def channel_account(code: str) -> AccountView:
    """Read one account. Raises: NotFound."""
    row = ChannelAccount.objects.filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    return _view(row)


def find_account(kind: str, code: str) -> Account | None:
    """Open an account that is in use, secrets in clear: for doors and carriers alone, never for a screen."""
    row = ChannelAccount.objects.filter(kind=kind, code=code, active=True).first()
    return opened(row) if row else None


def opened(row: ChannelAccount) -> Account:
    """Open an account's secrets."""
    return Account(id=row.id, code=row.code, kind=row.kind, settings=row.settings, secrets=secrets_of(row))


def secrets_of(row: ChannelAccount) -> dict[str, str]:
    """Open the secrets of a row, by name."""
    plain = secrets_box.unseal_with_master(row.sealed_secrets, purpose=SECRET_PURPOSE)
    return msgspec.json.decode(plain, type=dict[str, str])


def has_counted(account_id: int, proof: str) -> bool:
    """Tell whether a call came before."""
    return ChannelCall.objects.filter(account=account_id, proof=proof).exists()


def wrote_since(sender: Sender, *, since: datetime) -> bool:
    """Tell whether somebody whom a channel knows by a name of its own wrote after an instant."""
    index = personal.blind_index(f"inbound_{sender.external_kind}", sender.external_value)
    return Inbound.objects.filter(sender_index=index, received_at__gt=since).exists()


def _view(row: ChannelAccount) -> AccountView:
    return AccountView(
        id=row.id,
        code=row.code,
        kind=row.kind,
        name=row.name,
        settings=row.settings,
        known_secrets=sorted(secrets_of(row)),
        active=row.active,
        changed_at=row.changed_at,
        waiting_files=ChannelCall.objects.filter(account=row, due_at__isnull=False).count(),
    )
