"""Keep the accounts by which people reach us; their secrets are sealed and never shown again."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from steward.kernel import errors, events, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.events import ChannelAccountChanged
from steward.modules.messaging.models import ChannelAccount, ChannelToken
from steward.modules.messaging.queries.accounts import SECRET_PURPOSE, secrets_of
from steward.modules.messaging.rules import accounts
from steward.modules.people import queries as people

MANAGE = "messaging.channels"
# What is made here where it is left empty: the secret that signs, or words nobody guesses.
SIGNING_BYTES = 32


@command(needs=MANAGE)
def save_account(
    actor: Actor, *, kind: str, code: str, name: str, facts: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """Add an account or change it; a secret left empty stays as it is, or is made where there is none.

    Returns the secrets that were made here: they are shown this once. Raises: BadInput.
    Emits: ChannelAccountChanged. Locks: the account.
    """
    row = ChannelAccount.objects.select_for_update().filter(code=code).first()
    known = secrets_of(row) if row else {}
    given = {name_: str(value).strip() for name_, value in facts.items()}
    found = accounts.faults(kind, code, name.strip(), given, known)
    if row is not None and row.kind != kind:
        found["code"] = "taken"
    if (team := given.get("team")) and team not in {one.code for one in people.teams()}:
        found["team"] = "unknown"
    if found:
        raise errors.BadInput([_finding(field, fault) for field, fault in found.items()])
    fields = accounts.FIELDS[kind]
    typed = {field.name: given[field.name] for field in fields if field.secret and given.get(field.name)}
    there = known.keys() | typed.keys()
    made = {field.name: _made(field.name) for field in fields if field.made and field.name not in there}
    kept = {field.name: given.get(field.name, "") for field in fields if not field.secret and given.get(field.name)}
    before = (row.settings, row.name) if row else None
    row = row or ChannelAccount(code=code, kind=kind, active=True)
    row.name, row.settings, row.changed_at = name.strip(), kept, now
    row.sealed_secrets = _sealed(known | typed | made)
    row.save()
    if typed and before:
        ChannelToken.objects.filter(account=row).delete()  # what the old secrets opened
    if before != (kept, row.name) or typed or made:
        _announce(actor, row, "changed" if before else "added", sorted(typed | made))
    return made


@command(needs=MANAGE)
def switch_account(actor: Actor, *, code: str, active: bool, now: datetime) -> None:
    """Switch an account on or off; while it is off its address answers nobody and nothing goes out by it.

    Raises: NotFound. Emits: ChannelAccountChanged. Locks: the account.
    """
    row = ChannelAccount.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise errors.NotFound(key=code)
    if row.active == active:
        return
    row.active, row.changed_at = active, now
    row.save(update_fields=["active", "changed_at"])
    _announce(actor, row, "switched_on" if active else "switched_off", [])


def _made(name: str) -> str:
    """Draw a secret: what signs as Standard Webhooks say, or letters and digits for an address or WeChat's form."""
    if name == "secret":
        return "whsec_" + b64encode(secrets.token_bytes(SIGNING_BYTES)).decode()
    return secrets.token_hex(16)


def _sealed(known: Mapping[str, str]) -> bytes:
    return secrets_box.seal_with_master(msgspec.json.encode(dict(known)), purpose=SECRET_PURPOSE)


def _announce(actor: Actor, row: ChannelAccount, what: str, names: list[str]) -> None:
    told = ChannelAccountChanged(
        channel_account_id=row.id, what=what, code=row.code, account_kind=row.kind, secrets=names
    )
    events.record(actor, [told])


def _finding(field: str, fault: accounts.Fault) -> dict[str, Any]:
    words = {
        "missing": _("This is needed."),
        "unknown": _("Choose one of the list."),
        "too_long": _("This is too long."),
        "bad_secret": _("This secret has another shape; leave it empty to have one made."),
        "bad_aes_key": _("An EncodingAESKey is 43 letters and digits; copy it from WeChat."),
        "bad_address": _("Give the whole address, beginning with https://."),
        "bad_code": _("Use small Latin letters, digits and hyphens, 40 at most."),
        "bad_origin": _("One a line, as the browser names it: https://shop.example, without a path."),
        "bad_colour": _("Write a colour as #1f6feb."),
        "bad_language": _("Write zh-hans, zh-hant or en, with commas between."),
        "taken": _("Another kind of account has this code."),
    }
    return {"field": field, "code": fault, "message": words[fault]}
