"""Carriers for development: nothing leaves, the console shows what would have been sent."""

from __future__ import annotations

from steward.connectors.development.reporting import NAME, DevelopmentReports
from steward.modules.messaging.ports import Mail, Receipt, Sms, Verdict

# The file every scanner knows and that harms nobody, in halves, so that none finds it here. Source: eicar.org.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


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


class DevelopmentScanner:
    """Knows one virus, which is none. Satisfies the port `Scanner`."""

    name = NAME

    def scan(self, content: bytes) -> Verdict:
        """Look for the test virus."""
        return Verdict("infected", "Eicar-Test-Signature") if EICAR in content else Verdict("clean")


def scanner() -> DevelopmentScanner:
    """Return what looks for viruses."""
    return DevelopmentScanner()


def sms() -> DevelopmentSms:
    """Return the carrier of short messages."""
    return DevelopmentSms()


def mail() -> DevelopmentMail:
    """Return the carrier of e-mails."""
    return DevelopmentMail()


def reports() -> DevelopmentReports:
    """Return what hears reports about them."""
    return DevelopmentReports()
