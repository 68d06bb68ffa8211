"""Which carrier is used here, as the STEWARD_SMS and STEWARD_MAIL_PROVIDER settings say; none leaves the house."""

from __future__ import annotations

from django.conf import settings

from steward.connectors import aliyun_sms, anymail_mail, development, smtp, tencent_sms, twilio_sms
from steward.modules.messaging.ports import MailCarrier, SmsCarrier


def sms() -> SmsCarrier:
    """Return what carries short messages here."""
    if settings.SMS == "aliyun":
        return aliyun_sms.sms()
    if settings.SMS == "tencent":
        return tencent_sms.sms()
    if settings.SMS == "twilio":
        return twilio_sms.sms()
    return development.sms()


def mail() -> MailCarrier:
    """Return what carries e-mails here: a provider, else a mail server, else nobody."""
    return anymail_mail.mail() if settings.MAIL_PROVIDER else smtp.mail()
