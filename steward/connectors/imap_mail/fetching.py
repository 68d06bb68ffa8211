"""Fetch letters by IMAP: without changing them until they were taken, by UID, in portions, the too large ones in part.

imap-tools signs in, opens folders, flags and moves; letters are fetched as they lie there, for its parser, like the
standard library's, gives up on some.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import imap_tools

from steward.modules.messaging.ports import Fetched, MailboxAccess, MailboxTrouble, RawMail

TIMEOUT_S = 30
WINDOW = 5_000
UID = re.compile(rb"\bUID (\d+)")
SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
TROUBLES = (OSError, imaplib.IMAP4.error, imap_tools.ImapToolsError, ValueError, UnicodeError)
# imaplib's own bound on a line of an answer stops it at folders of some size.
imaplib._MAXLINE = max(imaplib._MAXLINE, 10_000_000)  # type: ignore[attr-defined]


@contextmanager
def opened(access: MailboxAccess) -> Iterator[ImapSession]:
    """Open a mailbox's folder for the block. Raises: MailboxTrouble."""
    box = _signed_in(access)
    try:
        yield ImapSession(box, access)
    finally:
        with suppress(*TROUBLES):  # the server has left already
            box.logout()


def _signed_in(access: MailboxAccess) -> imap_tools.BaseMailBox:
    context = ssl.create_default_context()
    try:
        if access.security == "tls":
            box: imap_tools.BaseMailBox = imap_tools.MailBox(access.host, access.port, TIMEOUT_S, ssl_context=context)
        elif access.security == "starttls":
            box = imap_tools.MailBoxStartTls(access.host, access.port, TIMEOUT_S, ssl_context=context)
        else:
            box = imap_tools.MailBoxUnencrypted(access.host, access.port, TIMEOUT_S)
    except TROUBLES as error:
        raise MailboxTrouble(f"no connection: {type(error).__name__}: {error}") from error
    try:
        box.login(access.login, access.password, initial_folder=None)
    except TROUBLES as error:
        box.client.shutdown()
        raise MailboxTrouble(f"sign-in refused: {_said(error)}") from error
    return box


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


class ImapSession:
    """An open folder. Satisfies the port `MailSession`."""

    def __init__(self, box: imap_tools.BaseMailBox, access: MailboxAccess) -> None:
        self._box = box
        self._access = access
        try:
            status = box.folder.status(access.folder, ["UIDVALIDITY", "UIDNEXT", "MESSAGES"])
            box.folder.set(access.folder)
        except TROUBLES as error:
            raise MailboxTrouble(f"the folder {access.folder!r} cannot be opened: {_said(error)}") from error
        self.uid_validity = int(status["UIDVALIDITY"])
        self.uid_next = int(status["UIDNEXT"])
        self.letters = int(status["MESSAGES"])
        self._done_is_there = False

    def uids_after(self, uid: int, *, limit: int) -> list[int]:
        """List the next letters after one, window by window, so that no answer grows with the folder."""
        found: list[int] = []
        start = uid + 1
        try:
            while start < self.uid_next and len(found) < limit:
                end = min(start + WINDOW, self.uid_next) - 1
                # A server answers `7:*` with the last letter even where there is none from 7 on; a closed range not.
                found += sorted(int(one) for one in self._box.uids(imap_tools.A(uid=f"{start}:{end}")))
                start = end + 1
        except TROUBLES as error:
            raise MailboxTrouble(f"the folder cannot be searched: {_said(error)}") from error
        return found[:limit]

    def fetch(self, uids: Sequence[int], *, largest_bytes: int, most_bytes: int) -> Fetched:
        """Fetch letters without marking them, as many of the first ones as are not too much together."""
        sizes = {uid: size for uid, size, _octets in self._fetched(uids, "RFC822.SIZE")}
        wanted: list[int] = []
        total = 0
        for uid in uids:
            total += min(sizes.get(uid, 0), largest_bytes)
            if wanted and total > most_bytes:
                break
            wanted.append(uid)
        there = [uid for uid in wanted if uid in sizes]  # somebody else may have moved others away meanwhile
        small = [uid for uid in there if sizes[uid] <= largest_bytes]
        large = [uid for uid in there if sizes[uid] > largest_bytes]
        whole = {uid: octets for uid, _size, octets in self._fetched(small, "BODY.PEEK[]")}
        heads = {uid: octets for uid, _size, octets in self._fetched(large, "BODY.PEEK[HEADER]")}
        letters = [
            RawMail(uid, whole[uid])
            if whole.get(uid)
            else RawMail(uid, heads.get(uid, b""), _why_not(sizes[uid], largest_bytes))
            for uid in there
        ]
        return Fetched(letters, wanted[-1] if wanted else 0)

    def _fetched(self, uids: Sequence[int], what: str) -> list[tuple[int, int, bytes]]:
        if not uids:
            return []
        try:
            answer, lines = self._box.client.uid("FETCH", ",".join(map(str, uids)), f"(UID {what})")
        except TROUBLES as error:
            raise MailboxTrouble(f"letters cannot be fetched: {_said(error)}") from error
        if answer != "OK":
            return self._one_by_one(uids, what)
        return list(_read(lines))

    def _one_by_one(self, uids: Sequence[int], what: str) -> list[tuple[int, int, bytes]]:
        """Fetch singly what the server refused together: one letter it cannot give keeps no other back."""
        if len(uids) == 1:
            return [(uids[0], 0, b"")]
        return [found for uid in uids for found in self._fetched([uid], what)]

    def done(self, uids: Sequence[int]) -> None:
        """Mark letters as seen, and move them where they go; a folder for them is made once."""
        if not uids:
            return
        named = [str(uid) for uid in uids]
        try:
            self._box.flag(named, imap_tools.MailMessageFlags.SEEN, value=True)
            if self._access.done_folder:
                if not self._done_is_there and not self._box.folder.exists(self._access.done_folder):
                    self._box.folder.create(self._access.done_folder)
                self._done_is_there = True
                self._box.move(named, self._access.done_folder)
        except TROUBLES as error:
            raise MailboxTrouble(f"letters cannot be marked or moved: {_said(error)}") from error


def _why_not(size: int, largest: int) -> str:
    if size > largest:
        return f"it is too large: {size} bytes, {largest} are taken"
    return "the server does not give it out"


def _read(lines: Sequence[bytes | tuple[bytes, bytes] | None]) -> Iterator[tuple[int, int, bytes]]:
    """Read an answer: its pieces are texts, or a text with the octets that follow it."""
    for number, line in enumerate(lines):
        head, octets = line if isinstance(line, tuple) else (line or b"", b"")
        after = lines[number + 1] if number + 1 < len(lines) else b""
        text = head + (after if octets and isinstance(after, bytes) else b"")
        if found := UID.search(text):
            size = SIZE.search(text)
            yield int(found[1]), int(size[1]) if size else 0, octets
