"""E-mail by SMTP, as the STEWARD_SMTP_… settings say; without a server the development carrier takes it."""

from __future__ import annotations

from django.conf import settings

from steward.connectors import development
from steward.connectors.smtp.carrier import SmtpCarrier, SmtpServer
from steward.modules.messaging.ports import MailCarrier


def mail() -> MailCarrier:
    """Return what carries e-mails here."""
    if not settings.SMTP_HOST:
        return development.mail()
    return SmtpCarrier(
        SmtpServer(
            host=settings.SMTP_HOST,
            port=settings.SMTP_PORT,
            security=settings.SMTP_SECURITY,
            user=settings.SMTP_USER,
            password=settings.SMTP_PASSWORD,
            ca_file=settings.SMTP_CA_FILE,
            timeout_s=settings.SMTP_TIMEOUT_S,
        ),
        sender=settings.MAIL_FROM,
    )
