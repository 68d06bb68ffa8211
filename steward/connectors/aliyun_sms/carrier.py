"""Send short messages by Aliyun: only approved texts go out, under the merchant's approved name.

Source: https://help.aliyun.com/en/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
"""

from __future__ import annotations

import uuid
from datetime import UTC
from urllib.parse import urlencode

import msgspec

from steward.connectors.aliyun_sms.signing import signature
from steward.connectors.calling import Lost, NotHeard, post
from steward.kernel import moment
from steward.modules.messaging.ports import Receipt, Sms

NAME = "aliyun_sms"
MAINLAND = "+86"
# What may work later: too fast, too much for today, no money left. Anything else never will, but for their own trouble:
# the documents say “system error, call again” and not whether the message went out.
LATER = ("isv.BUSINESS_LIMIT_CONTROL", "isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH", "Throttling")
OPEN = ("isp.SYSTEM_ERROR", "isp.UNKNOWN", "isp.GATEWAY_ERROR", "InternalError", "ServiceUnavailable")


class Told(msgspec.Struct, frozen=True, rename="pascal"):
    """What Aliyun answers."""

    code: str
    message: str = ""
    biz_id: str = ""


class AliyunSms:
    """Hands short messages to Aliyun. Sent twice they arrive twice, so it is not idempotent."""

    name = NAME
    is_idempotent = False
    leaves_the_house = True

    def __init__(self, *, address: str, key_id: str, secret: str, sign_name: str) -> None:
        self._address = address
        self._key_id = key_id
        self._secret = secret
        self._sign_name = sign_name

    def send(self, sms: Sms) -> Receipt:
        """Hand one short message over."""
        if not sms.approved_code:
            return Receipt("refused", detail=f"no approved text for {sms.template}/{sms.locale}")
        body = urlencode(self._parameters(sms)).encode()
        try:
            heard = post(self._address, headers={"Content-Type": "application/x-www-form-urlencoded"}, body=body)
        except NotHeard as error:
            return Receipt("retry", detail=f"no connection: {error}")
        except Lost as error:
            return Receipt("unknown", detail=f"lost while sending: {error}")
        return _receipt(heard.status, heard.body)

    def _parameters(self, sms: Sms) -> dict[str, str]:
        parameters = {
            "AccessKeyId": self._key_id,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": sms.key,
            "PhoneNumbers": sms.to_phone.removeprefix(MAINLAND).lstrip("+"),
            "RegionId": "cn-hangzhou",
            "SignName": self._sign_name,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": uuid.uuid4().hex,
            "SignatureVersion": "1.0",
            "TemplateCode": sms.approved_code,
            "TemplateParam": msgspec.json.encode(sms.values).decode(),
            "Timestamp": moment.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }
        return parameters | {"Signature": signature(parameters, method="POST", secret=self._secret)}


def _receipt(status: int, body: bytes) -> Receipt:
    """Read an answer; what makes no sense leaves the message's fate open."""
    try:
        told = msgspec.json.decode(body, type=Told)
    except msgspec.DecodeError:
        return Receipt("retry" if status in (429, 503) else "unknown", detail=f"http {status}")
    if told.code == "OK" and told.biz_id:
        return Receipt("sent", reference=told.biz_id, detail=told.message)
    detail = f"{told.code} {told.message}"
    if told.code.startswith(OPEN):
        return Receipt("unknown", detail=detail)
    return Receipt("retry" if told.code.startswith(LATER) else "refused", detail=detail)
