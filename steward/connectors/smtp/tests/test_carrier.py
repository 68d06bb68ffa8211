"""E-mails, handed to a real server on the loopback."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from steward.connectors.smtp.carrier import SmtpCarrier, SmtpServer
from steward.modules.messaging.ports import Mail, Receipt
from tests.mail_peer import MailServer, mail_server

SENDER = "悠游户外 <shop@example.com>"


def mail(**changes: Any) -> Mail:
    facts: dict[str, Any] = {
        "key": "4b2e",
        "to_address": "mei@example.com",
        "to_name": "梅子",
        "subject": "订单已收到",
        "text": "您好：\n\n订单已收到。",
        "html": "<p>订单已收到。</p>",
        "locale": "zh-hans",
    }
    return Mail(**(facts | changes))


def send(server: MailServer, **settings: Any) -> Receipt:
    facts: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "security": "none", "timeout_s": 5}
    return SmtpCarrier(SmtpServer(**(facts | settings)), sender=SENDER).send(mail())


def test_a_letter_arrives_whole() -> None:
    with mail_server() as server:
        receipt = send(server)

    (letter,) = server.letters
    assert (receipt.outcome, receipt.reference) == ("sent", "<4b2e@example.com>")
    assert letter["Message-ID"] == "<4b2e@example.com>"
    assert letter["Subject"] == "订单已收到"
    assert letter["From"] == SENDER
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    text = letter.get_body(("plain",))
    assert text is not None
    assert "订单已收到。" in text.get_content()


def test_what_may_be_stopped_can_be_stopped_with_one_click() -> None:
    with mail_server() as server:
        carrier = SmtpCarrier(SmtpServer(host="127.0.0.1", port=server.port, security="none"), sender=SENDER)
        carrier.send(mail(stop_url="https://shop.example/p/abc"))

    (letter,) = server.letters
    assert letter["List-Unsubscribe"] == "<https://shop.example/p/abc>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("answer", "outcome"), [("451 busy", "retry"), ("554 no", "refused"), ("552 too much", "refused")]
)
def test_a_server_that_takes_no_letter_is_believed(answer: str, outcome: str) -> None:
    with mail_server() as server:
        server.answers = [answer]
        receipt = send(server)

    assert (receipt.outcome, receipt.detail) == (outcome, answer)
    assert server.letters == []


@pytest.mark.parametrize(("answer", "outcome"), [("450 later", "retry"), ("550 no such mailbox", "refused")])
def test_a_recipient_that_is_refused_is_told_apart_from_one_that_is_busy(answer: str, outcome: str) -> None:
    with mail_server() as server:
        server.rcpt_answers = [answer]
        assert send(server).outcome == outcome


def test_where_the_line_breaks_while_the_letter_is_sent_nobody_can_tell() -> None:
    with mail_server() as server:
        server.drop = True
        receipt = send(server)

    assert receipt.outcome == "unknown"
    assert len(server.letters) == 1


def test_where_nobody_listens_it_is_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = MailServer()
        server.port = taken.getsockname()[1]
        assert send(server).outcome == "retry"


def test_a_password_is_used_and_a_wrong_one_is_said() -> None:
    with mail_server(with_password=True) as server:
        right = send(server, user="shop", password="right")
        wrong = send(server, user="shop", password="wrong")

    assert (right.outcome, wrong.outcome) == ("sent", "retry")
    assert "sign-in refused" in wrong.detail
    assert server.users[0] == ("shop", "right")


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the loopback."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return public, private


def test_the_line_is_sealed_and_the_server_is_checked(tmp_path: Path) -> None:
    public, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)

    with mail_server(tls=context) as server:
        trusted = send(server, security="starttls", ca_file=str(public))
        stranger = send(server, security="starttls")
        plain = send(server, security="none")

    assert (trusted.outcome, stranger.outcome) == ("sent", "retry")
    assert "certificate" in stranger.detail
    assert plain.outcome == "refused"  # this server asks for a sealed line
    assert len(server.letters) == 1


@pytest.mark.parametrize("address", ["", "no address", "mei@", "a@b\r\nBcc: c@d"])
def test_an_address_that_is_none_is_refused_before_anything_is_sent(address: str) -> None:
    with mail_server() as server:
        carrier = SmtpCarrier(SmtpServer(host="127.0.0.1", port=server.port, security="none"), sender=SENDER)
        receipt = carrier.send(mail(to_address=address))

    assert receipt.outcome == "refused"
    assert server.letters == []
