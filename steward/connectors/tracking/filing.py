"""Read a carrier's file of events: CSV with a head, in UTF-8 or GB 18030."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from steward.connectors.tracking.reading import day, instant
from steward.modules.logistics.ports import Report, UnreadableReport

# What carriers call the columns, and what we call them.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tracking_number": ("tracking_number", "运单号", "快递单号", "物流单号", "单号"),
    "code": ("code", "status", "状态", "状态码", "轨迹状态"),
    "at": ("at", "time", "时间", "发生时间", "操作时间"),
    "carrier": ("carrier", "承运商", "快递公司"),
    "text": ("text", "描述", "轨迹", "内容"),
    "place": ("place", "地点", "城市", "网点"),
    "expected_date": ("expected_date", "预计送达"),
}
NEEDED = ("tracking_number", "code", "at")


def read_file(content: bytes, name: str) -> Sequence[Report]:
    """Read every row. Raises: UnreadableReport with the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise UnreadableReport(why=f"{name}: neither UTF-8 nor GB 18030") from error
    rows = csv.reader(io.StringIO(text))
    head = [cell.strip().lower() for cell in next(rows, [])]
    places = {ours: next((head.index(one) for one in known if one in head), -1) for ours, known in COLUMNS.items()}
    if missing := [ours for ours in NEEDED if places[ours] < 0]:
        raise UnreadableReport(why=f"{name}: no column for {', '.join(missing)}")
    return [_report(row, places, name, line) for line, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]


def _report(row: Sequence[str], places: Mapping[str, int], name: str, line: int) -> Report:
    cells = {ours: row[at].strip() if 0 <= at < len(row) else "" for ours, at in places.items()}
    if not cells["tracking_number"] or not cells["code"]:
        raise UnreadableReport(why=f"{name}, line {line}: number or code is empty")
    return Report(
        tracking_number=cells["tracking_number"],
        codes=(cells["code"],),
        at=instant(cells["at"]),
        raw_at=cells["at"],
        carrier_code=cells["carrier"],
        text=cells["text"],
        place=cells["place"],
        expected_date=day(cells["expected_date"]),
    )
