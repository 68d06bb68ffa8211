"""A real IMAP server on the loopback: Debian's dovecot, with a mailbox for whoever signs in."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/lib/dovecot")
MISSING = "needs dovecot: as root on Debian, scripts/setup.py --for-tests or apt-get install dovecot-imapd"
PASSWORD = "right"
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
default_internal_user = {internal}
default_login_user = {unprivileged}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={folder}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass
class ImapServer:
    """A server; every user name is somebody with an empty mailbox."""

    port: int
    folder: Path
    users: int = 0

    def mailbox(self) -> Mailbox:
        """Make a new user's mailbox."""
        self.users += 1
        made = Mailbox(self.port, f"user{self.users}", self.folder / "mail" / f"user{self.users}")
        for part in ("", "cur", "new", "tmp"):
            (made.folder / part).mkdir()
            if os.geteuid() == 0:
                shutil.chown(made.folder / part, *_owner())
        return made


@dataclass
class Mailbox:
    """One user's mailbox."""

    port: int
    login: str
    folder: Path
    count: int = 0

    def deliver(self, *letters: bytes) -> None:
        """Put letters into the inbox, as a mail server does."""
        for letter in letters:
            self.count += 1
            (self.folder / "new" / f"{1_772_000_000 + self.count}.M{self.count:06d}P1.peer").write_bytes(letter)

    def lying(self, folder: str = "") -> Sequence[str]:
        """List the names of the letters that lie in a folder; they tell their flags (S is: seen)."""
        place = self.folder / (f".{folder}" if folder else "")
        return sorted(path.name for part in ("new", "cur") for path in (place / part).glob("*"))


@contextmanager
def imap_server() -> Iterator[ImapServer]:
    """Run a server for the block. Raises: RuntimeError when it does not start."""
    assert PROGRAM, MISSING
    with tempfile.TemporaryDirectory(prefix="imap-") as name, _owned(Path(name)) as folder:
        port = _free_port()
        (folder / "dovecot.conf").write_text(_configuration(folder, port))
        process = subprocess.Popen(
            [PROGRAM, "-F", "-c", str(folder / "dovecot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port, process, folder)
            yield ImapServer(port, folder)
        finally:
            process.terminate()
            process.wait(timeout=20)


@contextmanager
def _owned(folder: Path) -> Iterator[Path]:
    """Make the folders."""
    folder.chmod(0o755)
    for part in ("run", "state", "mail"):
        (folder / part).mkdir()
    yield folder


def _owner() -> tuple[str, str]:
    """Return who reads the mailbox: ourselves, or somebody harmless where we are root, whom dovecot refuses."""
    if os.geteuid() == 0:
        return "mail", "mail"
    user = pwd.getpwuid(os.geteuid())
    return user.pw_name, str(user.pw_gid)


def _configuration(folder: Path, port: int) -> str:
    owner, group = _owner()
    is_root = os.geteuid() == 0
    return CONFIGURATION.format(
        folder=folder,
        port=port,
        password=PASSWORD,
        owner=owner,
        owner_group=group,
        internal="dovecot" if is_root else owner,
        unprivileged="dovenull" if is_root else owner,
        group="dovecot" if is_root else group,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(200):
        if process.poll() is not None:
            break
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            if connection.recv(4) == b"* OK":
                return
        time.sleep(0.05)
    log = folder / "log"
    raise RuntimeError(f"dovecot did not start: {log.read_text() if log.exists() else 'it wrote no log'}")
