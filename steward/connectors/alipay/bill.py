"""Alipay's bills of trade: one packed file a day, in GBK, there from the next morning on.

Source: alipay.data.dataservice.bill.downloadurl.query (https://opendocs.alipay.com/open/02e7hr).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from steward.connectors.alipay.client import Client
from steward.connectors.paying import LARGEST_BILL_BYTES, Broken, call, china_time, days, is_over, is_safe
from steward.kernel import money
from steward.modules.payments.ports import NoBillYet, StatedRow, Unreachable

METHOD = "alipay.data.dataservice.bill.downloadurl.query"
NONE = frozenset({"isp.bill_not_exist", "bill_not_exist"})
NUMBER, KIND, DONE_AT, AMOUNT, REFUND = ("支付宝交易号", "业务类型", "完成时间", "订单金额", "退款批次号")
KINDS = {"交易": "payment", "退款": "refund"}
ENDS = "#"
SHORT = re.compile(r"[（(/]")  # 订单金额（元）, 退款批次号/请求号


def rows_of_days(client: Client, starts_at: datetime, ends_at: datetime) -> list[StatedRow]:
    """Fetch and read the bills of the days a span touches. Raises: Unreachable, naming the day that is not there."""
    found: list[StatedRow] = []
    for day in days(starts_at, ends_at):
        if not is_over(day, datetime.now(UTC)):
            raise NoBillYet(day=day.isoformat())
        try:
            found += _rows_of(client, day)
        except Broken as error:
            raise Unreachable(why=f"{error.code} {day}") from error
    return found


def _rows_of(client: Client, day: date) -> list[StatedRow]:
    """Fetch one day; a day on which nothing moved has no bill. Raises: Broken."""
    told = client.told(METHOD, {"bill_type": "trade", "bill_date": day.isoformat()})
    if told["code"] != "10000":
        why = str(told.get("sub_code") or told["code"])
        if why in NONE:
            return []
        raise Broken(why)
    url = str(told.get("bill_download_url", ""))
    if not is_safe(url):
        raise Broken("unsafe_address")
    heard = call("GET", url, headers={}, largest_bytes=LARGEST_BILL_BYTES)
    if heard.status != 200:
        raise Broken(f"http_{heard.status}")
    try:
        return [row for text in _texts(heard.body) for row in _rows(text)]
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Broken("unreadable_bill") from error


def _texts(packed: bytes) -> Iterator[str]:
    """Unpack the files of a bill. Raises: ValueError for one of impossible size."""
    with zipfile.ZipFile(io.BytesIO(packed)) as bill:
        if sum(member.file_size for member in bill.infolist()) > 4 * LARGEST_BILL_BYTES:
            raise ValueError("too big")
        for member in bill.infolist():
            yield bill.read(member).decode("gb18030")


def _rows(text: str) -> Iterator[StatedRow]:
    """Read the movements of one file; the summary that comes along has no column of trades."""
    names: dict[str, int] = {}
    for cells in csv.reader(io.StringIO(text)):
        row = [cell.strip() for cell in cells]
        if not names:
            if NUMBER in row and KIND in row:
                names = {SHORT.split(name)[0]: place for place, name in enumerate(row)}
            continue
        if not row or row[0].startswith(ENDS):
            return
        yield _row({name: row[place] for name, place in names.items()})


def _row(facts: Mapping[str, str]) -> StatedRow:
    direction = KINDS[facts[KIND]]
    is_refund = direction == "refund"
    return StatedRow(
        direction="refund" if is_refund else "payment",
        transaction=(facts.get(REFUND, "") if is_refund else "") or facts[NUMBER],
        amount_minor=abs(money.to_minor(facts[AMOUNT], "CNY")),
        currency="CNY",
        happened_at=china_time(facts[DONE_AT]),
    )
