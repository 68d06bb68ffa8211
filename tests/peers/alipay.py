"""An Alipay of our own: signed forms in, signed JSON out, notices, and bills in GBK.

Shapes: alipay.trade.refund, alipay.trade.fastpay.refund.query, alipay.trade.query,
alipay.data.dataservice.bill.downloadurl.query (https://opendocs.alipay.com).
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from tests.peers.merchants import CHINA, Asked, Facts, Merchants, Said, as_china, key_pair, yuan

APP_ID = "2021000000000001"
HEAD = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,对方账户,订单金额（元）,商家实收（元）,退款批次号/请求号,服务费（元）,备注"  # fmt: skip  # noqa: E501
UNKNOWN = {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "交易不存在"}
TROUBLES = {"poor": "ACQ.SELLER_BALANCE_NOT_ENOUGH", "busy": "ACQ.SYSTEM_ERROR", "strange": "ACQ.NEW_SINCE_TODAY"}
DONE = {"code": "10000", "msg": "Success"}


def joined(facts: Facts) -> bytes:
    """Write what is signed."""
    return "&".join(f"{name}={value}" for name, value in sorted(facts.items())).encode()


class Alipay(Merchants):
    """The provider; its own key is `alipay`, the merchant's `merchant`."""

    path = "/gateway.do"

    def __init__(self, **more: float) -> None:
        super().__init__(**more)
        self.words = "已退款"
        self.extra_rows: list[str] = []

    @property
    def fields(self) -> dict[str, str]:
        """Say what a merchant has to be told; its private key as Alipay's tool writes it, without lines around."""
        bare = "".join(key_pair("merchant")[1].splitlines()[1:-1])
        return {"app_id": APP_ID, "private_key": bare, "alipay_public_key": key_pair("alipay")[2], "shop": "own"}

    def is_known(self, asked: Asked) -> bool:
        """Check the merchant's signature and clock."""
        if asked.method == "GET":
            return asked.query == "ticket=1"
        facts = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        sign = base64.b64decode(facts.pop("sign", ""))
        at = datetime.strptime(facts["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        try:
            key_pair("merchant")[0].public_key().verify(sign, joined(facts), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return facts["app_id"] == APP_ID and abs((datetime.now(UTC) - at).total_seconds()) < 300

    def stranger(self) -> Said:
        """Answer as Alipay does to a wrong signature: unsigned."""
        why = {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature"}
        return Said(200, json.dumps({"error_response": why}).encode())

    def kind_of(self, asked: Asked) -> str:
        """Name the method asked for."""
        method = dict(parse_qsl(asked.body.decode())).get("method", "file")
        names = {"alipay.trade.refund": "refund", "alipay.trade.fastpay.refund.query": "ask refunds"}
        return names.get(method, method)

    def answer(self, kind: str, asked: Asked, habit: str) -> Said:
        """Answer a method."""
        if kind == "file":
            return Said(200, self._bill())
        facts = dict(parse_qsl(asked.body.decode()))
        content = json.loads(facts["biz_content"])
        told = {
            "refund": self._refund,
            "ask refunds": self._find,
            "alipay.trade.query": self._trade,
            "alipay.data.dataservice.bill.downloadurl.query": self._bill_address,
        }[kind](content, habit)
        name = facts["method"].replace(".", "_") + "_response"
        inner = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        key = key_pair("stranger" if habit == "forged" else "alipay")[0]
        sign = base64.b64encode(key.sign(inner.encode(), PKCS1v15(), SHA256())).decode()
        signed = "" if habit == "unsigned" else f',"sign":"{sign}"'
        return Said(200, f'{{"{name}":{inner}{signed}}}'.encode())

    def notice(self, key: str = "alipay", **changes: str) -> bytes:
        """Write a notice, signed."""
        facts = {"notify_id": "N-1", "notify_type": "trade_status_sync", "app_id": APP_ID, "charset": "utf-8"}
        facts |= {"notify_time": as_china(datetime.now(UTC)), "seller_id": "2088", "version": "1.0"} | changes
        sign = key_pair(key)[0].sign(joined(facts), PKCS1v15(), SHA256())
        return urlencode(facts | {"sign": base64.b64encode(sign).decode(), "sign_type": "RSA2"}).encode()

    def _refund(self, content: Facts, habit: str) -> Facts:
        if why := TROUBLES.get(habit):
            return {"code": "40004", "msg": "Business Failed", "sub_code": why}
        key, payment = content["out_request_no"], self.payments.get(content["trade_no"])
        is_new = key not in self.backs
        amount_minor = round(float(content["refund_amount"]) * 100)
        back = self.pay_back(key, payment, amount_minor, habit)
        if back is None:
            why = "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL" if payment else "ACQ.TRADE_NOT_EXIST"
            return {"code": "40004", "msg": "Business Failed", "sub_code": why, "sub_msg": "不行"}
        whole = sum(one.amount_minor for one in self.backs.values() if one.payment is payment)
        moved = {"fund_change": "Y" if is_new and back.state == "succeeded" else "N", "refund_fee": yuan(whole)}
        return DONE | {"trade_no": back.payment.name, "out_trade_no": back.payment.number} | moved

    def _find(self, content: Facts, habit: str) -> Facts:
        payment, back = self.payments.get(content["trade_no"]), self.backs.get(content["out_request_no"])
        if payment is None:
            return UNKNOWN
        told = DONE | {"trade_no": payment.name, "out_trade_no": payment.number}
        if back is None or back.state != "succeeded":
            return told
        facts = {"refund_amount": yuan(back.amount_minor), "total_amount": yuan(payment.amount_minor)}
        facts |= {"gmt_refund_pay": as_china(back.at), "refund_reason": self.words}
        return told | facts | {"out_request_no": back.key, "refund_status": "REFUND_SUCCESS"}

    def _trade(self, content: Facts, habit: str) -> Facts:
        payment = self.payments.get(content["trade_no"])
        if payment is None:
            return UNKNOWN
        facts = {"trade_no": payment.name, "out_trade_no": payment.number, "trade_status": "TRADE_SUCCESS"}
        return DONE | facts | {"total_amount": yuan(payment.amount_minor), "send_pay_date": as_china(payment.at)}

    def _bill_address(self, content: Facts, habit: str) -> Facts:
        if not any(self._of_day(content["bill_date"])):
            return {"code": "40004", "msg": "Business Failed", "sub_code": "isp.bill_not_exist"}
        self.day = content["bill_date"]
        return DONE | {"bill_download_url": f"{self.address.removesuffix(self.path)}/bill?ticket=1"}

    def _of_day(self, day: str) -> list[str]:
        rows = [
            f"{one.name}\t,{one.number}\t,交易,帐篷,{as_china(one.at)},{as_china(one.at)},,梅*,{yuan(one.amount_minor)},"
            f"{yuan(one.amount_minor)},,0.00,"
            for one in self.payments.values()
            if as_china(one.at).startswith(day)
        ]
        rows += [
            f"{one.payment.name}\t,{one.payment.number}\t,退款,帐篷,{as_china(one.payment.at)},{as_china(one.at)},,梅*,"
            f"-{yuan(one.amount_minor)},-{yuan(one.amount_minor)},{one.key}\t,0.00,退款"
            for one in self.backs.values()
            if one.state == "succeeded" and as_china(one.at).startswith(day)
        ]
        return rows + [row for row in self.extra_rows if day in row]

    def _bill(self) -> bytes:
        lines = ["#支付宝业务明细查询", "#账号：[20880000000000010156]", "#-----业务明细列表----", HEAD]
        lines += [*self._of_day(self.day), "#-----业务明细列表结束-----", "#导出时间：[今天]"]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bill:
            bill.writestr("20880000000000010156_业务明细.csv", "\r\n".join(lines).encode("gbk"))
            bill.writestr("20880000000000010156_业务明细(汇总).csv", "门店编号,交易订单总笔数\r\n合计,2".encode("gbk"))
        return packed.getvalue()
