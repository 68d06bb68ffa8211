"""Short messages by Tencent Cloud (腾讯云短信), as the STEWARD_SMS_… settings say."""

from __future__ import annotations

from django.conf import settings

from steward.connectors.tencent_sms.carrier import TencentSms
from steward.connectors.tencent_sms.reports import TencentReports

ADDRESS = "https://sms.tencentcloudapi.com/"


def sms() -> TencentSms:
    """Return the carrier."""
    return TencentSms(
        address=settings.SMS_ADDRESS or ADDRESS,
        key_id=settings.SMS_KEY_ID,
        secret=settings.SMS_SECRET,
        app=settings.SMS_APP,
        sign_name=settings.SMS_SIGN_NAME,
    )


def reports() -> TencentReports:
    """Return what hears its reports."""
    return TencentReports()
