"""A real SMTP server on the loopback that does to letters what a test asks."""

from __future__ import annotations

import asyncio
import email
import email.policy
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

TAKEN = "250 OK"


class MailServer:
    """Takes letters; `answers` are given to the next ones, `drop` hangs up once it has read one."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []
        self.rcpt_answers: list[str] = []
        self.drop = False
        self.users: list[tuple[str, str]] = []
        self.port = 0

    async def handle_RCPT(  # noqa: N802  (the name aiosmtpd asks for)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return TAKEN

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take or refuse a letter, or hang up."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            self.letters.append(letter)
        if self.drop:
            assert server.transport is not None
            server.transport.close()
        return answer

    def sign_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        """Let everybody in whose password is “right”."""
        assert isinstance(data, LoginPassword)
        self.users.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=data.password == b"right", handled=False)


class _AnyPort(Controller):
    """A controller that takes the port the system gives."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_server(*, tls: ssl.SSLContext | None = None, with_password: bool = False) -> Iterator[MailServer]:
    """Run a server for the block."""
    peer = MailServer()
    options: dict[str, Any] = {}
    if tls is not None:
        options |= {"tls_context": tls, "require_starttls": True}
    if with_password:
        options |= {"authenticator": peer.sign_in, "auth_required": True, "auth_require_tls": False}
    controller = _AnyPort(peer, hostname="127.0.0.1", port=0, **options)
    controller.start()
    peer.port = controller.port
    try:
        yield peer
    finally:
        controller.stop()
