"""Carriers for development: nothing leaves, the console shows what would have been sent."""

from __future__ import annotations

from steward.connectors.development.reporting import NAME, DevelopmentReports
from steward.modules.messaging.ports import Mail, Receipt, Sms


class DevelopmentSms:
    """Takes every short message and sends none."""

    name = NAME
    is_idempotent = True
    leaves_the_house = False

    def send(self, sms: Sms) -> Receipt:
        """Take it over."""
        return Receipt("sent", reference=f"dev-{sms.key}")


class DevelopmentMail:
    """Takes every e-mail and sends none."""

    name = NAME
    is_idempotent = True
    leaves_the_house = False

    def send(self, mail: Mail) -> Receipt:
        """Take it over."""
        return Receipt("sent", reference=f"dev-{mail.key}")


def sms() -> DevelopmentSms:
    """Return the carrier of short messages."""
    return DevelopmentSms()


def mail() -> DevelopmentMail:
    """Return the carrier of e-mails."""
    return DevelopmentMail()


def reports() -> DevelopmentReports:
    """Return what hears reports about them."""
    return DevelopmentReports()
