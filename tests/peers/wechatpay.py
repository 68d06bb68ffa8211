"""A WeChat Pay of our own: requests and answers signed, notices encrypted, bills with their hash.

Shapes: WeChat Pay APIv3 (https://pay.weixin.qq.com/doc/v3/merchant/4012791862).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import time
from urllib.parse import parse_qs, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from tests.peers.merchants import CHINA, Asked, Back, Facts, Merchants, Pay, Said, as_china, key_pair, yuan

MCHID, SERIAL, KEY_ID = "1900000109", "3775B6A45ACD588826D15E583A95F5DD", "PUB_KEY_ID_0119000001092024"
APIV3_KEY = "0123456789abcdefghijABCDEFGHIJ-_"
STATES = {"succeeded": "SUCCESS", "pending": "PROCESSING"}
PAID = "交易时间,公众账号ID,商户号,特约商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,订单金额,费率备注"
BACK = PAID.replace(
    ",费率备注", ",退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,退款状态,申请退款金额,费率备注"
)
PROOF = re.compile(r'(\w+)="([^"]*)"')


class Wechatpay(Merchants):
    """The provider; its own key is `wechatpay`, the merchant's `merchant`."""

    prefix = "50300"

    def __init__(self, **more: float) -> None:
        super().__init__(**more)
        self.extra_rows: list[str] = []
        self.bill_is_cut = False
        self.signs_errors = True
        self.key, self.key_id = "wechatpay", KEY_ID

    @property
    def fields(self) -> dict[str, str]:
        """Say what a merchant has to be told."""
        return {
            "mchid": MCHID,
            "serial_no": SERIAL,
            "private_key": key_pair("merchant")[1],
            "platform_key_id": KEY_ID,
            "platform_key": key_pair("wechatpay")[2],
            "apiv3_key": APIV3_KEY,
            "shop": "own",
        }

    def is_known(self, asked: Asked) -> bool:
        """Check the merchant's signature and clock."""
        kind, _space, rest = asked.headers.get("authorization", "").partition(" ")
        facts = dict(PROOF.findall(rest))
        path = f"{asked.path}?{asked.query}" if asked.query else asked.path
        text = f"{asked.method}\n{path}\n{facts['timestamp']}\n{facts['nonce_str']}\n{asked.body.decode()}\n"
        try:
            public = key_pair("merchant")[0].public_key()
            public.verify(base64.b64decode(facts["signature"]), text.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        is_ours = (kind, facts["mchid"], facts["serial_no"]) == ("WECHATPAY2-SHA256-RSA2048", MCHID, SERIAL)
        return is_ours and abs(time.time() - int(facts["timestamp"])) < 300

    def stranger(self) -> Said:
        """Answer as WeChat Pay does to a wrong signature: unsigned."""
        return Said(401, json.dumps({"code": "SIGN_ERROR", "message": "签名错误"}).encode())

    def kind_of(self, asked: Asked) -> str:
        """Name what is asked for."""
        if asked.path.startswith("/v3/refund/"):
            return "refund" if asked.method == "POST" else "ask refunds"
        return asked.path.split("/")[2]

    def answer(self, kind: str, asked: Asked, habit: str) -> Said:
        """Answer a request, signed."""
        if kind == "billdownload":
            raw = self._bill(unquote(asked.query.removeprefix("token=")))
            return Said(200, raw[:-9] if self.bill_is_cut else raw)
        ask = {"refund": self._refund, "ask refunds": self._find, "pay": self._pay, "bill": self._bill_address}
        status, told = ask[kind](asked, habit)
        body = json.dumps(told, ensure_ascii=False).encode()
        is_bare = habit == "unsigned" or (status >= 400 and not self.signs_errors)
        return Said(status, body, {} if is_bare else self.proof(body, forged=habit == "forged"))

    def proof(self, body: bytes, *, forged: bool = False, at: float | None = None) -> dict[str, str]:
        """Sign an answer or a notice."""
        stamp, nonce = str(int(time.time() if at is None else at)), os.urandom(8).hex()
        key = key_pair("stranger" if forged else self.key)[0]
        sign = key.sign(f"{stamp}\n{nonce}\n".encode() + body + b"\n", PKCS1v15(), SHA256())
        return {
            "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(sign).decode(),
            "Wechatpay-Serial": self.key_id,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }

    def notice(self, kind: str, content: Facts, *, id_: str = "EV-1", key: str = APIV3_KEY) -> bytes:
        """Write a notice, encrypted."""
        nonce, about = "0123456789ab", "transaction"
        plain = json.dumps({"mchid": MCHID} | content).encode()
        sealed = AESGCM(key.encode()).encrypt(nonce.encode(), plain, about.encode())
        resource = {"algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.b64encode(sealed).decode()}
        resource |= {"nonce": nonce, "associated_data": about, "original_type": about}
        return json.dumps(
            {"id": id_, "event_type": kind, "resource_type": "encrypt-resource", "resource": resource}
        ).encode()

    def _refund(self, asked: Asked, habit: str) -> tuple[int, Facts]:
        if habit in ("poor", "busy"):
            why = {"poor": (403, "NOT_ENOUGH"), "busy": (429, "FREQUENCY_LIMITED")}[habit]
            return why[0], {"code": why[1], "message": "稍后再试"}
        content = json.loads(asked.body)
        payment, amount = self.payments.get(content["transaction_id"]), content["amount"]
        if payment is None:
            return 404, {"code": "RESOURCE_NOT_EXISTS", "message": "订单不存在"}
        back = None
        if amount["total"] == payment.amount_minor:
            back = self.pay_back(content["out_refund_no"], payment, amount["refund"], habit)
        if back is None:
            return 400, {"code": "INVALID_REQUEST", "message": "订单金额或退款金额与之前请求不一致"}
        return 200, self.told(back)

    def told(self, back: Back) -> Facts:
        """Say what became of a refund."""
        amount = {"total": back.payment.amount_minor, "refund": back.amount_minor, "currency": "CNY"}
        facts: Facts = {"refund_id": back.name, "out_refund_no": back.key, "transaction_id": back.payment.name}
        facts |= {"out_trade_no": back.payment.number, "channel": "ORIGINAL", "amount": amount}
        facts["status"] = STATES.get(back.state, back.state)
        return facts | ({"success_time": back.at.astimezone(CHINA).isoformat()} if back.state == "succeeded" else {})

    def _find(self, asked: Asked, habit: str) -> tuple[int, Facts]:
        back = self.backs.get(unquote(asked.path.rsplit("/", 1)[1]))
        return (200, self.told(back)) if back else (404, {"code": "RESOURCE_NOT_EXISTS", "message": "退款单不存在"})

    def _pay(self, asked: Asked, habit: str) -> tuple[int, Facts]:
        payment = self.payments.get(unquote(asked.path.rsplit("/", 1)[1]))
        if payment is None or parse_qs(asked.query)["mchid"] != [MCHID]:
            return 404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}
        facts: Facts = {"transaction_id": payment.name, "out_trade_no": payment.number, "trade_state": "SUCCESS"}
        facts |= {"amount": {"total": payment.amount_minor, "currency": "CNY"}, "mchid": MCHID}
        return 200, facts | {"success_time": payment.at.astimezone(CHINA).isoformat()}

    def _bill_address(self, asked: Asked, habit: str) -> tuple[int, Facts]:
        facts = {name: value[0] for name, value in parse_qs(asked.query).items()}
        which = f"{facts['bill_type']}.{facts['bill_date']}"
        if not self._of_day(which):
            return 400, {"code": "NO_STATEMENT_EXIST", "message": "账单文件不存在"}
        digest = hashlib.sha1(self._bill(which), usedforsecurity=False).hexdigest()
        url = f"{self.address}/v3/billdownload/file?token={which}"
        return 200, {"hash_type": "SHA1", "hash_value": digest, "download_url": url}

    def _of_day(self, which: str) -> list[str]:
        kind, _dot, day = which.partition(".")
        if kind == "SUCCESS":
            rows = [_row(*_first(one, "SUCCESS"), yuan(one.amount_minor), "") for one in self.payments.values()]
        else:
            rows = [_row(*_first(one.payment, "REFUND"), *_second(one)) for one in self.backs.values()]
        return [row for row in [*rows, *self.extra_rows] if day in row and (kind == "REFUND") == ("`REFUND" in row)]

    def _bill(self, which: str) -> bytes:
        head = PAID if which.startswith("SUCCESS") else BACK
        sums = ["总交易单数,应结订单总金额", "`2,`199.00"]
        return ("\ufeff" + "\r\n".join([head, *self._of_day(which), *sums]) + "\r\n").encode()


def _first(one: Pay, kind: str) -> tuple[str, ...]:
    return as_china(one.at), "wx1", MCHID, "", one.name, one.number, kind, "CNY", yuan(one.amount_minor)


def _second(one: Back) -> tuple[str, ...]:
    at, amount = as_china(one.at), yuan(one.amount_minor)
    return yuan(one.payment.amount_minor), at, at, one.name, one.key, amount, STATES[one.state], amount, ""


def _row(*values: str) -> str:
    return ",".join(f"`{value}" for value in values)
