"""Short messages by Twilio, as the STEWARD_SMS_… settings say."""

from __future__ import annotations

from django.conf import settings

from steward.connectors.twilio_sms.carrier import TwilioSms
from steward.connectors.twilio_sms.reports import TwilioReports

ADDRESS = "https://api.twilio.com"
DOOR = "/webhooks/messages/twilio_sms"


def sms() -> TwilioSms:
    """Return the carrier."""
    return TwilioSms(
        address=settings.SMS_ADDRESS or ADDRESS,
        account=settings.SMS_KEY_ID,
        secret=settings.SMS_SECRET,
        sender=settings.SMS_SENDER,
        report_to=f"{settings.PUBLIC_URL}{DOOR}",
    )


def reports() -> TwilioReports:
    """Return what hears its reports."""
    return TwilioReports(address=f"{settings.PUBLIC_URL}{DOOR}", secret=settings.SMS_SECRET)
