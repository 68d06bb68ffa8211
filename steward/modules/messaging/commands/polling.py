"""Fetch what is new in watched mailboxes: batch by batch, one transaction each, and mark it there afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import structlog
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from steward.kernel import events, logs, moment, parameters, ports
from steward.kernel.actor import Actor
from steward.kernel.command import command
from steward.modules.messaging.commands.letters import take_letters
from steward.modules.messaging.commands.receiving import RECEIVE
from steward.modules.messaging.events import MailboxLost
from steward.modules.messaging.models import Mailbox
from steward.modules.messaging.ports import MailboxTrouble, MailReader, MailSession
from steward.modules.messaging.queries import mailboxes as known
from steward.modules.messaging.queries.mailboxes import MailboxView

BATCH = 100
MOST_BATCHES = 200
MOST_BYTES = 32_000_000
LEASE = timedelta(minutes=5)
LARGEST_MB = parameters.define(
    "messaging.mail_largest_mb", 50, unit="MB", label=_("Largest e-mail that is fetched"), minimum=1, maximum=200
)
log = structlog.get_logger(__name__)


class Polled(Struct, frozen=True):
    """What came of polling a mailbox: how many letters were taken, known, parked; `why` it could not be read."""

    code: str
    outcomes: Mapping[str, int]
    why: str = ""

    @property
    def taken(self) -> int:
        """Return how many letters were new."""
        return self.outcomes.get("taken", 0)


def poll_mailbox(actor: Actor, *, mailbox_id: int) -> Polled | None:
    """Take in what is new in a mailbox; None where another worker does so already. Called outside any transaction.

    A letter is taken once whatever happens: how far it went is written after each batch, and what is fetched twice is
    known. A mailbox that cannot be read says why in its row, and the next poll tries again.
    Raises: OperationalError. Emits: as take_letters; MailboxLost, when it begins to fail.
    """
    mailbox = lease(actor, mailbox_id=mailbox_id, now=moment.now())
    if mailbox is None:
        return None
    reader: MailReader = ports.bound("messaging.mail_reader")()
    outcomes: Counter[str] = Counter()
    why = ""
    try:
        with reader.opened(known.access(mailbox_id)) as session:
            _take_all(actor, mailbox, session, known.own_addresses(), outcomes)
    except MailboxTrouble as trouble:
        why = logs.redact_text(str(trouble))[:300]
        log.warning("mailbox cannot be read", mailbox=mailbox.code, error=why)
    release(actor, mailbox_id=mailbox_id, why=why, now=moment.now())
    return Polled(mailbox.code, dict(outcomes), why)


def _take_all(
    actor: Actor, mailbox: MailboxView, session: MailSession, own: Collection[str], outcomes: Counter[str]
) -> None:
    """Take batch after batch; a folder with more than some thousand new letters is gone on with next time."""
    last = start(actor, mailbox_id=mailbox.id, uid_validity=session.uid_validity, uid_next=session.uid_next)
    largest = parameters.value(LARGEST_MB) * 1_000_000
    for _number in range(MOST_BATCHES):
        uids = session.uids_after(last, limit=BATCH)
        if not uids:
            return
        fetched = session.fetch(uids, largest_bytes=largest, most_bytes=max(MOST_BYTES, largest))
        answers = take_letters(actor, mailbox=mailbox, own=own, letters=fetched.letters, now=moment.now())
        outcomes.update(answer.outcome for answer in answers)
        last = fetched.last_uid
        advance(actor, mailbox_id=mailbox.id, uid_validity=session.uid_validity, last_uid=last, now=moment.now())
        session.done([letter.uid for letter in fetched.letters])


@command(needs=RECEIVE)
def lease(actor: Actor, *, mailbox_id: int, now: datetime) -> MailboxView | None:
    """Make a mailbox this worker's for some minutes, by compare-and-set; None where it is another's or switched off."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    if not Mailbox.objects.filter(free, id=mailbox_id, active=True).update(leased_until=now + LEASE):
        return None
    code = Mailbox.objects.values_list("code", flat=True).get(id=mailbox_id)
    return known.find_mailbox(code)


@command(needs=RECEIVE)
def start(actor: Actor, *, mailbox_id: int, uid_validity: int, uid_next: int) -> int:
    """Return after which letter to go on; a folder whose numbers began anew is read from its beginning.

    The first time, what lies there already is passed over, unless the mailbox takes it. Locks: the mailbox.
    """
    row = Mailbox.objects.select_for_update().get(id=mailbox_id)
    if row.uid_validity == uid_validity:
        return row.last_uid
    is_first = row.uid_validity is None
    row.uid_validity = uid_validity
    row.last_uid = uid_next - 1 if is_first and not row.takes_old else 0
    row.save(update_fields=["uid_validity", "last_uid"])
    return row.last_uid


@command(needs=RECEIVE)
def advance(actor: Actor, *, mailbox_id: int, uid_validity: int, last_uid: int, now: datetime) -> None:
    """Write how far letters were taken, and keep the mailbox for some minutes more."""
    row = Mailbox.objects.filter(id=mailbox_id, uid_validity=uid_validity, last_uid__lt=last_uid)
    row.update(last_uid=last_uid, leased_until=now + LEASE)


@command(needs=RECEIVE)
def release(actor: Actor, *, mailbox_id: int, why: str, now: datetime) -> None:
    """Give a mailbox back and write how it went. Emits: MailboxLost, when it begins to fail. Locks: the mailbox."""
    row = Mailbox.objects.select_for_update().get(id=mailbox_id)
    if why and row.failing_since is None:
        events.record(actor, [MailboxLost(mailbox_id=row.id, code=row.code, reason=why)])
    row.failing_since = (row.failing_since or now) if why else None
    row.error, row.polled_at, row.leased_until = why, now, None
    row.save(update_fields=["failing_since", "error", "polled_at", "leased_until"])
