"""Keep watched mailboxes: who may fetch letters where; passwords are sealed and never shown again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct, structs

from steward.kernel import errors, events, ports, secrets_box
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.catalog import queries as catalog
from steward.modules.messaging.events import MailboxSaved
from steward.modules.messaging.models import Mailbox
from steward.modules.messaging.ports import MailboxAccess, MailboxTrouble, MailReader
from steward.modules.messaging.queries import mailboxes as known
from steward.modules.messaging.rules import mailboxes
from steward.modules.messaging.rules.mailboxes import MailboxDraft

MANAGE = "messaging.mailboxes"
# What names another folder: letters are counted anew there.
PLACE = ("host", "login", "folder")


class Tried(Struct, frozen=True):
    """What came of opening a mailbox: `why` is empty where it went well. `letters` lie there."""

    why: str
    letters: int = 0


@command(needs=MANAGE)
def save_mailbox(actor: Actor, *, draft: MailboxDraft, is_new: bool = False) -> int:
    """Add a mailbox, or change the one of this code; an empty password keeps the one that is known.

    Another host, user or folder is read from its beginning anew; letters that were taken are known again.
    Raises: BadInput. Emits: MailboxSaved. Locks: the mailbox.
    """
    row = Mailbox.objects.select_for_update().filter(code=draft.code).first()
    _check(draft, row, is_new=is_new)
    facts: dict[str, Any] = {name: value for name, value in structs.asdict(draft).items() if name != "password"}
    changed = [name for name, value in facts.items() if row is None or getattr(row, name) != value]
    row = row or Mailbox()
    for name, value in facts.items():
        setattr(row, name, value)
    if draft.password:
        row.sealed_password = secrets_box.seal_with_master(draft.password.encode(), purpose=known.PASSWORD_PURPOSE)
        changed.append("password")
    if set(changed) & set(PLACE):
        row.uid_validity, row.last_uid = None, 0
    if changed:
        row.error, row.failing_since, row.leased_until = "", None, None
        row.save()
        saved = MailboxSaved(mailbox_id=row.id, code=row.code, fields=sorted(changed), active=row.active)
        events.record(actor, [saved])
    return row.id


def _check(draft: MailboxDraft, row: Mailbox | None, *, is_new: bool) -> None:
    """Refuse what cannot be a mailbox, with every finding at once."""
    shops = {shop.code for shop in catalog.shops()}
    found = list(mailboxes.faults(draft, shops=shops, has_password=row is not None))
    if is_new and row is not None:
        found.append(("code", "taken"))
    place = {name: getattr(draft, name) for name in PLACE}
    if Mailbox.objects.filter(**place).exclude(code=draft.code).exists():
        found.append(("folder", "taken"))
    if found:
        raise errors.BadInput([{"field": field, "code": code, "message": _words(field, code)} for field, code in found])


def _words(field: str, code: str) -> str:
    said = {
        "missing": _("This is needed."),
        "unknown": _("There is no such choice."),
        "out_of_range": _("Ports are numbers between 1 and 65535."),
        "same_folder": _("Letters that were taken cannot go where they come from."),
        "taken": _("Another mailbox has this already."),
    }
    if code == "ill_formed" and field == "code":
        return _("Use small letters, digits, - and _, e.g. “service”.")
    if code == "ill_formed" and field == "address":
        return _("Give an e-mail address without a plus, e.g. service@shop.example.")
    if field == "order_senders":
        return _("Name addresses, or domains such as @erp.example, whose tables become orders.")
    return said.get(code, _("This is not well-formed."))


def try_mailbox(actor: Actor, *, mailbox_id: int) -> Tried:
    """Sign in to a mailbox and open its folder, as fetching would; nothing is changed there.

    Called outside any transaction. Raises: NotPermitted, NotFound.
    """
    actor.require(MANAGE)
    return _tried(known.access(mailbox_id))


def _tried(access: MailboxAccess) -> Tried:
    reader: MailReader = ports.bound("messaging.mail_reader")()
    try:
        with reader.opened(access) as session:
            return Tried("", session.letters)
    except MailboxTrouble as trouble:
        return Tried(str(trouble))
