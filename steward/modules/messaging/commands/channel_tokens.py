"""Keep the access token of an account for all processes together; of all who miss one, one asks for a new one."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from steward.kernel import moment, secrets_box
from steward.kernel.actor import Actor, system
from steward.kernel.command import command
from steward.modules.messaging.commands.triage import DELIVER
from steward.modules.messaging.models import ChannelToken

SYSTEM = system("messaging")
PURPOSE = "messaging.channel_token"
# So long nobody else asks; who died meanwhile is not waited for longer.
CLAIM = timedelta(seconds=15)


class Tokens:
    """The token of one account, kept in the database. Satisfies the port `TokenKeeper`."""

    def __init__(self, account_id: int) -> None:
        self._account_id = account_id

    def current(self) -> str:
        """Return the token that is good for now; empty where there is none."""
        row = ChannelToken.objects.filter(account=self._account_id, expires_at__gt=moment.now()).first()
        if row is None or row.sealed_token is None:
            return ""
        return secrets_box.unseal_with_master(row.sealed_token, purpose=PURPOSE).decode()

    def claim(self) -> bool:
        """Tell whether the caller is the one to ask for a new token."""
        return claim_token(SYSTEM, account_id=self._account_id)

    def keep(self, token: str, *, lives_s: int) -> None:
        """Keep a new token for so many seconds."""
        keep_token(SYSTEM, account_id=self._account_id, token=token, lives_s=lives_s)

    def give_up(self) -> None:
        """Let somebody else ask: none was given."""
        give_up_token(SYSTEM, account_id=self._account_id)

    def drop(self, token: str) -> None:
        """Forget a token that is no longer taken, unless a newer one has come meanwhile."""
        if self.current() == token:
            drop_token(SYSTEM, account_id=self._account_id)

    def was_dropped(self) -> bool:
        """Tell whether the last token ended before its time."""
        return ChannelToken.objects.filter(account=self._account_id, dropped=True).exists()


@command(needs=DELIVER)
def claim_token(actor: Actor, *, account_id: int) -> bool:
    """Claim the right to ask for a new token, by compare-and-set; nobody else has it for some seconds."""
    now = moment.now()
    ChannelToken.objects.get_or_create(account_id=account_id)
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    over = Q(expires_at__isnull=True) | Q(expires_at__lte=now)
    rows = ChannelToken.objects.filter(free, over, account=account_id)
    return bool(rows.update(claimed_until=now + CLAIM))


@command(needs=DELIVER)
def keep_token(actor: Actor, *, account_id: int, token: str, lives_s: int) -> None:
    """Keep a new token, sealed. Units: seconds."""
    ChannelToken.objects.filter(account=account_id).update(
        sealed_token=secrets_box.seal_with_master(token.encode(), purpose=PURPOSE),
        expires_at=moment.now() + timedelta(seconds=lives_s),
        claimed_until=None,
        dropped=False,
    )


@command(needs=DELIVER)
def give_up_token(actor: Actor, *, account_id: int) -> None:
    """Give the right to ask back."""
    ChannelToken.objects.filter(account=account_id).update(claimed_until=None)


@command(needs=DELIVER)
def drop_token(actor: Actor, *, account_id: int) -> None:
    """Forget the token; the next one asked for has to be a really new one."""
    ChannelToken.objects.filter(account=account_id).update(sealed_token=None, expires_at=None, dropped=True)
