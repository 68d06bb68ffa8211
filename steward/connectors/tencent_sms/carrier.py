"""Send short messages by Tencent Cloud: only approved texts go out, their values by place.

Source: https://www.tencentcloud.com/document/product/382/40536
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from steward.connectors.calling import Lost, NotHeard, post
from steward.connectors.tencent_sms.signing import authorization
from steward.kernel import moment
from steward.modules.messaging.ports import Receipt, Sms

NAME = "tencent_sms"
ACTION, VERSION, SERVICE, REGION = "SendSms", "2021-01-11", "sms", "ap-guangzhou"
JSON = "application/json; charset=utf-8"
# What may work later: limits, no money left. What says nothing of whether it went out: their trouble behind the door,
# e.g. InternalError.Timeout (“sending timed out”). Anything else never will.
LATER = (
    "LimitExceeded",
    "RequestLimitExceeded",
    "FailedOperation.InsufficientBalanceInSmsPackage",
    "ResourceUnavailable",
)
OPEN = "InternalError"


class Status(msgspec.Struct, frozen=True, rename="pascal"):
    """What became of one number."""

    code: str
    message: str = ""
    serial_no: str = ""


class Fault(msgspec.Struct, frozen=True, rename="pascal"):
    """Why the whole call failed."""

    code: str
    message: str = ""


class Response(msgspec.Struct, frozen=True, rename="pascal"):
    """The inside of an answer."""

    send_status_set: list[Status] = []
    error: Fault | None = None


class Told(msgspec.Struct, frozen=True, rename="pascal"):
    """What Tencent Cloud answers."""

    response: Response


class TencentSms:
    """Hands short messages to Tencent Cloud. Sent twice they arrive twice, so it is not idempotent."""

    name = NAME
    is_idempotent = False
    leaves_the_house = True

    def __init__(self, *, address: str, key_id: str, secret: str, app: str, sign_name: str) -> None:
        self._address = address
        self._key_id = key_id
        self._secret = secret
        self._app = app
        self._sign_name = sign_name

    def send(self, sms: Sms) -> Receipt:
        """Hand one short message over."""
        if not sms.approved_code:
            return Receipt("refused", detail=f"no approved text for {sms.template}/{sms.locale}")
        content = {
            "PhoneNumberSet": [sms.to_phone],
            "SmsSdkAppId": self._app,
            "SignName": self._sign_name,
            "TemplateId": sms.approved_code,
            "TemplateParamSet": list(sms.values.values()),
            "SessionContext": sms.key,
        }
        body = msgspec.json.encode(content)
        try:
            heard = post(self._address, headers=self._headers(body), body=body)
        except NotHeard as error:
            return Receipt("retry", detail=f"no connection: {error}")
        except Lost as error:
            return Receipt("unknown", detail=f"lost while sending: {error}")
        return _receipt(heard.status, heard.body)

    def _headers(self, body: bytes) -> dict[str, str]:
        host, timestamp = urlsplit(self._address).netloc, int(moment.now().timestamp())
        signed = authorization(
            key_id=self._key_id,
            secret=self._secret,
            service=SERVICE,
            host=host,
            content_type=JSON,
            action=ACTION,
            body=body,
            timestamp=timestamp,
        )
        return {
            "Authorization": signed,
            "Content-Type": JSON,
            "Host": host,
            "X-TC-Action": ACTION,
            "X-TC-Region": REGION,
            "X-TC-Timestamp": str(timestamp),
            "X-TC-Version": VERSION,
        }


def _receipt(status: int, body: bytes) -> Receipt:
    """Read an answer; what makes no sense leaves the message's fate open."""
    try:
        told = msgspec.json.decode(body, type=Told).response
    except msgspec.DecodeError:
        return Receipt("retry" if status in (429, 503) else "unknown", detail=f"http {status}")
    said = told.error or (told.send_status_set[0] if told.send_status_set else None)
    if said is None:
        return Receipt("unknown", detail="empty answer")
    if isinstance(said, Status) and said.code == "Ok" and said.serial_no:
        return Receipt("sent", reference=said.serial_no, detail=said.message)
    detail = f"{said.code} {said.message}"
    if said.code.startswith(OPEN):
        return Receipt("unknown", detail=detail)
    return Receipt("retry" if said.code.startswith(LATER) else "refused", detail=detail)
