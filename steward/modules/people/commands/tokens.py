"""Give programs keys and take them away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from msgspec import Struct

from steward.kernel import errors, events
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.people import queries, rules
from steward.modules.people.commands import guards
from steward.modules.people.events import TokenIssued, TokenRevoked
from steward.modules.people.models import ApiToken

TOKENS_PERMISSION = "settings.tokens"
NOTED_EVERY = timedelta(minutes=1)


class IssuedToken(Struct, frozen=True):
    """A new token with its secret, which is never seen again."""

    id: int
    secret: str
    prefix: str


@command(needs=TOKENS_PERMISSION)
def issue_token(
    actor: Actor,
    *,
    name: str,
    permissions: Collection[str],
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
    locale: str = "en",
    staff_id: int | None = None,
) -> IssuedToken:
    """Give a program a key; only the hash of its secret is kept.

    `scopes` are shop codes (none: every shop). `staff_id` names who answers for it (default: who acts).
    Raises: BadInput, UnknownPermission, GivesMoreThanHeld. Emits: TokenIssued.
    """
    owner = staff_id or actor.staff_id
    if not name.strip():
        raise errors.BadInput([{"field": "name", "message": _("Give the token a name: which program uses it?")}])
    if not permissions:
        raise errors.BadInput([{"field": "permissions", "message": _("Tick at least one permission.")}])
    if owner is None:
        raise errors.BadInput([{"field": "staff_id", "message": _("Name the person who answers for the token.")}])
    guards.require_held(actor, permissions)
    secret = rules.new_secret()
    row = ApiToken.objects.create(
        name=name.strip(),
        token_hash=rules.secret_hash(secret),
        prefix=secret[: rules.PREFIX_LENGTH],
        permissions=sorted(permissions),
        scopes=sorted(scopes),
        locale=locale,
        created_by_id=owner,
        expires_at=expires_at,
    )
    issued = TokenIssued(
        token_id=row.id,
        name=row.name,
        prefix=row.prefix,
        permissions=row.permissions,
        scopes=row.scopes,
        expires_at=expires_at,
    )
    events.record(actor, [issued])
    return IssuedToken(row.id, secret, row.prefix)


@command(needs=TOKENS_PERMISSION)
def revoke_token(actor: Actor, *, token_id: int, now: datetime) -> bool:
    """Take a program's key away; it stops at once here and within five seconds everywhere.

    Returns whether it was live. Raises: NotFound. Emits: TokenRevoked.
    """
    row = ApiToken.objects.filter(id=token_id).first()
    if row is None:
        raise errors.NotFound(key=token_id)
    revoked = ApiToken.objects.filter(id=token_id, revoked_at=None).update(revoked_at=now)
    if revoked:
        events.record(actor, [TokenRevoked(token_id=token_id, name=row.name)])
        transaction.on_commit(queries.forget_tokens)
    return bool(revoked)


def note_token_use(token_id: int, *, now: datetime) -> None:
    """Remember when a token was used last, at most once a minute; no use case of its own, so no event."""
    long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
    ApiToken.objects.filter(long_ago, id=token_id).update(last_used_at=now)
