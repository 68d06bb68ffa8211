"""What a connector that fetches and reads letters must offer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from steward.modules.messaging.rules.channels import Part


class MailUnreadable(ValueError):
    """Report an e-mail that cannot be read; the text says why."""


class Bounce(Struct, frozen=True, kw_only=True):
    """What a mail server says of a letter of ours. `action`: failed, delayed, delivered, relayed, expanded."""

    message_refs: tuple[str, ...]
    action: str
    status: str = ""
    detail: str = ""


class ReadMail(Struct, frozen=True, kw_only=True):
    """An e-mail that was read. `digest` is the same whatever way it took, `receivers` are in lower case."""

    digest: str
    message_ref: str
    references: tuple[str, ...]
    sender_name: str
    sender_address: str
    receivers: tuple[str, ...]
    subject: str
    at: datetime
    text: str
    quoted: str
    html: str
    automatic: str
    bounce: Bounce | None
    parts: tuple[Part, ...]


class MailboxAccess(Struct, frozen=True, kw_only=True):
    """Where letters lie and who may fetch them. `done_folder` is where those go that were taken (empty: they stay)."""

    host: str
    port: int
    security: str
    login: str
    password: str
    folder: str
    done_folder: str = ""


class RawMail(Struct, frozen=True):
    """One letter as it lies there. Without `content` it could not be fetched, and `why` says so."""

    uid: int
    content: bytes
    why: str = ""


class Fetched(Struct, frozen=True):
    """Letters that were fetched, and up to which one all were looked at; what is missing had gone meanwhile."""

    letters: list[RawMail]
    last_uid: int


class MailboxTrouble(ConnectionError):
    """Report a mailbox that cannot be reached, signed in to or opened; the text says why."""


class MailSession(Protocol):
    """An open folder. All raise MailboxTrouble."""

    uid_validity: int
    uid_next: int
    letters: int

    def uids_after(self, uid: int, *, limit: int) -> list[int]:
        """List the next letters after one, in their order."""
        ...

    def fetch(self, uids: Sequence[int], *, largest_bytes: int, most_bytes: int) -> Fetched:
        """Fetch letters without changing them, as many of the first ones as are `most_bytes` together.

        Those larger than `largest_bytes` come with their headers alone, and why.
        """
        ...

    def done(self, uids: Sequence[int]) -> None:
        """Mark letters as seen, and move them where they go."""
        ...


class MailReader(Protocol):
    """Opens mailboxes and reads letters; bound as `messaging.mail_reader`."""

    def opened(self, access: MailboxAccess) -> AbstractContextManager[MailSession]:
        """Open a mailbox's folder. Raises: MailboxTrouble."""
        ...

    def read(self, raw: bytes, *, arrived_at: datetime) -> ReadMail:
        """Read a letter. Raises: MailUnreadable, and nothing else."""
        ...
