"""WeChat Pay's bills: one of payments and one of refunds a day, there from ten in the next morning on.

Source: WeChat Pay APIv3, “申请交易账单”, “下载账单” (https://pay.weixin.qq.com/doc/v3/merchant/4012791886).
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal

from steward.connectors.paying import Broken, china_time, days, is_over
from steward.connectors.wechatpay.client import Client
from steward.kernel import money
from steward.modules.payments.ports import NoBillYet, StatedRow, Unreachable

KINDS: Mapping[Literal["SUCCESS", "REFUND"], Literal["payment", "refund"]] = {"SUCCESS": "payment", "REFUND": "refund"}
NONE = "NO_STATEMENT_EXIST"
MARK = "`"  # before every value, so that no spreadsheet takes a number for one


def rows_of_days(client: Client, starts_at: datetime, ends_at: datetime, *, now: datetime) -> list[StatedRow]:
    """Fetch and read the bills of the days a span touches. Raises: Unreachable, naming the day that is not there."""
    found: list[StatedRow] = []
    for day in days(starts_at, ends_at):
        if not is_over(day, now):
            raise NoBillYet(day=day.isoformat())
        try:
            for kind, direction in KINDS.items():
                found += _rows_of(client, day, kind, direction)
        except Broken as error:
            raise Unreachable(why=f"{error.code} {day}") from error
    return found


def _rows_of(client: Client, day: date, kind: str, direction: Literal["payment", "refund"]) -> list[StatedRow]:
    """Fetch one bill; a day on which nothing moved has none. Raises: Broken."""
    answer = client.told("GET", f"/v3/bill/tradebill?bill_date={day}&bill_type={kind}")
    told = answer.content
    if answer.status != 200:
        why = str(told.get("code") or f"http_{answer.status}")
        if why == NONE:
            return []
        raise Broken(why[:80])
    raw = client.fetched(str(told.get("download_url", "")))
    digest = hashlib.sha1(raw, usedforsecurity=False).hexdigest()
    if told.get("hash_type") != "SHA1" or not hmac.compare_digest(digest, str(told.get("hash_value", "")).lower()):
        raise Broken("bill_cut_off")
    try:
        return list(_rows(raw.decode("utf-8-sig"), direction))
    except (ValueError, KeyError, IndexError) as error:
        raise Broken("unreadable_bill") from error


def _rows(text: str, direction: Literal["payment", "refund"]) -> Iterator[StatedRow]:
    """Read the movements of a bill; its sums stand below a second header."""
    lines = csv.reader(io.StringIO(text))
    names = [name.strip() for name in next(lines)]
    for cells in lines:
        if not cells or not cells[0].startswith(MARK):
            return
        row = {name: cell.strip().removeprefix(MARK) for name, cell in zip(names, cells, strict=True)}
        if direction == "payment":
            yield _payment(row)
        elif row["退款状态"] == "SUCCESS":
            yield _refund(row)


def _payment(row: Mapping[str, str]) -> StatedRow:
    currency = row["货币种类"] or "CNY"
    return StatedRow(
        direction="payment",
        transaction=row["微信订单号"],
        amount_minor=money.to_minor(row["订单金额"], currency),
        currency=currency,
        happened_at=china_time(row["交易时间"]),
    )


def _refund(row: Mapping[str, str]) -> StatedRow:
    currency = row["货币种类"] or "CNY"
    return StatedRow(
        direction="refund",
        transaction=row["微信退款单号"],
        amount_minor=money.to_minor(row["申请退款金额"], currency),
        currency=currency,
        happened_at=china_time(row["退款成功时间"] or row["退款申请时间"]),
    )
