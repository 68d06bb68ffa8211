"""A recorded event as readers of the log get it, whatever way they read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

COLUMNS = "id, kind, subject_kind, subject_id, at, actor, data, simulated"


class Recorded(msgspec.Struct, frozen=True):
    """One event as it was recorded."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    at: datetime
    actor: str
    data: dict[str, Any]
    simulated: bool


def recorded(row: Sequence[Any]) -> Recorded:
    """Read a row of COLUMNS; the driver gives JSON as text or decoded, as the connection is set."""
    id_, kind, subject_kind, subject_id, at, actor, data, simulated = row
    decoded = msgspec.json.decode(data) if isinstance(data, str | bytes) else data
    return Recorded(id_, kind, subject_kind, subject_id, at, actor, decoded, simulated)
