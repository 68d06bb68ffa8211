"""Read a statement row by row; a line that cannot be read stops it, named: half a statement would prove nothing."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from steward.kernel import money
from steward.modules.payments.ports import StatedRow, UnreadableStatement
from steward.modules.payments.rules.statement_mapping import NAMES, Mapped, mapped

ENCODINGS = ("utf-8-sig", "gb18030")
LARGEST_BYTES = 256 * 1024 * 1024
MARK = b"\x1f\x8b"
LONGEST_TRANSACTION = 120


def read_statement(path: Path, mapping: dict[str, Any]) -> Iterator[StatedRow]:
    """Yield the movements of a file. Raises: UnreadableStatement, naming the line."""
    rules = mapped(mapping)
    lines = csv.reader(io.StringIO(_text(path), newline=""))
    places: dict[str, int] = {}
    for cells in lines:
        line = lines.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if not places:
            places = _places(cells, rules)  # lines above the header say who and when, in words
            continue
        if rules.ends_with and cells[0].strip().startswith(rules.ends_with):
            return
        yield _row(cells, places, rules, file=path.name, line=line)
    if not places:
        raise UnreadableStatement(file=path.name, line=1, fault="no_header: " + ", ".join(rules.required()))


def _text(path: Path) -> str:
    """Read the file whole, plain or packed. Raises: UnreadableStatement."""
    with path.open("rb") as plain:
        packed = plain.read(2) == MARK
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except (OSError, EOFError) as error:
        raise UnreadableStatement(file=path.name, line=1, fault=type(error).__name__) from error
    if len(raw) > LARGEST_BYTES:
        raise UnreadableStatement(file=path.name, line=1, fault="too_big")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableStatement(file=path.name, line=1, fault="neither UTF-8 nor GB18030")


def _places(cells: Sequence[str], rules: Mapped) -> dict[str, int]:
    """Find where each field stands; nothing unless this line names every column that is needed."""
    heads = {cell.strip().strip("\t").casefold(): place for place, cell in enumerate(cells)}
    found = {}
    for field in NAMES:
        for name in rules.columns[field]:
            if name.casefold() in heads:
                found[field] = heads[name.casefold()]
                break
    return found if all(field in found for field in rules.required()) else {}


def _row(cells: Sequence[str], places: Mapping[str, int], rules: Mapped, *, file: str, line: int) -> StatedRow:
    """Read one movement. Raises: UnreadableStatement."""

    def cell(field: str) -> str:
        place = places.get(field)
        return cells[place].strip().strip("\t`'") if place is not None and place < len(cells) else ""

    try:
        currency = cell("currency").upper() or rules.currency
        if currency not in money.CURRENCIES:
            raise ValueError(f"currency {currency!r}")
        amount_minor = money.to_minor(cell("amount").lstrip("¥￥$€£ "), currency)
        direction = _direction(cell("kind"), amount_minor, rules)
        transaction = cell("transaction")
        if not 0 < len(transaction) <= LONGEST_TRANSACTION:
            raise ValueError(f"transaction {transaction!r}")
        if amount_minor == 0:
            raise ValueError("amount 0")
        return StatedRow(
            direction=direction,
            transaction=transaction,
            amount_minor=abs(amount_minor),
            currency=currency,
            happened_at=_instant(cell("happened_at"), rules),
        )
    except (ValueError, OverflowError) as error:
        raise UnreadableStatement(file=file, line=line, fault=str(error)[:200]) from error


def _direction(kind: str, amount_minor: int, rules: Mapped) -> Literal["payment", "refund"]:
    """Tell payments from refunds by their kind, or by the sign where the file names none. Raises: ValueError."""
    if not kind:
        return "refund" if amount_minor < 0 else "payment"
    for word, direction in rules.kinds.items():
        if word.casefold() in kind.casefold():
            return "refund" if direction == "refund" else "payment"
    raise ValueError(f"kind {kind!r}")


def _instant(text: str, rules: Mapped) -> datetime:
    """Read a time; one without a zone is in the mapping's. Raises: ValueError, OverflowError."""
    at = datetime.strptime(text, rules.time_format) if rules.time_format else _iso(text)  # noqa: DTZ007
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(rules.time_zone))).astimezone(UTC)


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("/", "-"))
