"""Speak SMTP, and tell apart what was certainly not taken from what nobody can tell."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.utils import parseaddr

from steward.connectors.smtp.letter import domain, letter, message_id
from steward.modules.messaging.ports import Mail, Receipt


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where to hand e-mails over, and how the connection is sealed."""

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = ""
    ca_file: str = ""
    timeout_s: int = 20


class SmtpCarrier:
    """Hands e-mails to a server. The same e-mail twice would arrive twice, so it is not idempotent."""

    name = "smtp"
    is_idempotent = False
    leaves_the_house = True

    def __init__(self, server: SmtpServer, *, sender: str) -> None:
        self._server = server
        self._sender = sender

    def send(self, mail: Mail) -> Receipt:
        """Hand one e-mail over."""
        try:
            written = letter(mail, sender=self._sender).as_bytes()
        except (ValueError, IndexError, MessageError) as error:
            return Receipt("refused", detail=f"cannot be written: {error}")
        try:
            connection = self._connected()
        except smtplib.SMTPAuthenticationError as error:
            return Receipt("retry", detail=f"sign-in refused: {error.smtp_code}")
        except (OSError, smtplib.SMTPException) as error:
            return Receipt("retry", detail=f"no connection: {type(error).__name__} {error}")
        try:
            return self._handed_over(connection, written, mail)
        finally:
            _leave(connection)

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        own = domain(self._sender)
        context = ssl.create_default_context(cafile=server.ca_file or None)
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=own, timeout=server.timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, local_hostname=own, timeout=server.timeout_s)
        try:
            connection.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                connection.starttls(context=context)
                connection.ehlo()
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _handed_over(self, connection: smtplib.SMTP, written: bytes, mail: Mail) -> Receipt:
        """Name sender and recipient, then the text. Before the text nothing is taken; while it is sent nobody knows."""
        try:
            code, answer = connection.mail(parseaddr(self._sender)[1])
            if code == 250:
                code, answer = connection.rcpt(mail.to_address)
        except (OSError, smtplib.SMTPException) as error:
            return Receipt("retry", detail=f"{type(error).__name__} {error}")
        if code not in (250, 251):
            return _refusal(code, answer)
        try:
            code, answer = connection.data(written)
        except smtplib.SMTPDataError as error:  # refused before the text was sent
            return _refusal(error.smtp_code, error.smtp_error)
        except (OSError, smtplib.SMTPException) as error:
            return Receipt("unknown", detail=f"lost while sending: {type(error).__name__}")
        if code != 250:
            return _refusal(code, answer)
        return Receipt("sent", reference=message_id(mail.key, self._sender), detail=_text(answer))


def _refusal(code: int, answer: bytes | str) -> Receipt:
    """Read a refusal: 4xx may work later, everything else never will."""
    return Receipt("retry" if 400 <= code < 500 else "refused", detail=f"{code} {_text(answer)}")


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _leave(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):  # the server has left already; what it took, it took
        connection.close()
