"""Short messages by Aliyun (阿里云短信服务), as the STEWARD_SMS_… settings say."""

from __future__ import annotations

from django.conf import settings

from steward.connectors.aliyun_sms.carrier import AliyunSms
from steward.connectors.aliyun_sms.reports import AliyunReports

ADDRESS = "https://dysmsapi.aliyuncs.com/"


def sms() -> AliyunSms:
    """Return the carrier."""
    return AliyunSms(
        address=settings.SMS_ADDRESS or ADDRESS,
        key_id=settings.SMS_KEY_ID,
        secret=settings.SMS_SECRET,
        sign_name=settings.SMS_SIGN_NAME,
    )


def reports() -> AliyunReports:
    """Return what hears its reports."""
    return AliyunReports()
