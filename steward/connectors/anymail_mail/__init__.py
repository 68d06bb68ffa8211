"""E-mail by a provider (Mailgun, Postmark, Brevo) through django-anymail, as the settings say."""

from __future__ import annotations

from django.conf import settings

from steward.connectors.anymail_mail.carrier import AnymailCarrier
from steward.connectors.anymail_mail.reports import AnymailReports


def mail() -> AnymailCarrier:
    """Return the carrier."""
    return AnymailCarrier(
        provider=settings.MAIL_PROVIDER,
        key=settings.MAIL_PROVIDER_KEY,
        address=settings.MAIL_PROVIDER_ADDRESS,
        sender=settings.MAIL_FROM,
    )


def reports() -> AnymailReports:
    """Return what hears its reports."""
    return AnymailReports(provider=settings.MAIL_PROVIDER, signing_key=settings.MAIL_PROVIDER_REPORT_KEY)
