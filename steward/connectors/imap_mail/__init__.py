"""Fetch letters from mailboxes by IMAP, and read them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime

from steward.connectors.imap_mail import fetching, reading
from steward.modules.messaging.ports import MailboxAccess, MailSession, ReadMail


class ImapReader:
    """Opens mailboxes and reads letters. Satisfies the port `MailReader`."""

    def opened(self, access: MailboxAccess) -> AbstractContextManager[MailSession]:
        """Open a mailbox's folder. Raises: MailboxTrouble."""
        return fetching.opened(access)

    def read(self, raw: bytes, *, arrived_at: datetime) -> ReadMail:
        """Read a letter. Raises: MailUnreadable, and nothing else."""
        return reading.read_mail(raw, arrived_at=arrived_at)


def reader() -> ImapReader:
    """Return what fetches and reads letters."""
    return ImapReader()
