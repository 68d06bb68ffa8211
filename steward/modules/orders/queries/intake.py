"""What came in by file: runs, mappings and their history, cancellations that found no order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.kernel.errors import NotFound
from steward.modules.orders.models import Cancellation, ImportRun, Mapping


class RunView(Struct, frozen=True):
    """One file taken in. Counts are orders; `rejected` counts rows that came back."""

    id: int
    shop_code: str
    shop_name: str
    mapping_code: str
    mapping_name: str
    mapping_version: int
    file_name: str
    stored_file: str
    historic: bool
    state: str
    received: int
    created: int
    duplicate: int
    conflict: int
    rejected: int
    cancellations: int
    rejects_file: str
    error: str
    started_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether the run still goes on."""
        return self.state in ("waiting", "running")

    @property
    def seconds(self) -> float | None:
        """Compute how long the run took; None while it goes on."""
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds(), 1)


class RunPage(Struct, frozen=True):
    """Runs, newest first, and the key to ask for older ones with."""

    rows: list[RunView]
    next_after: int | None


class MappingView(Struct, frozen=True):
    """One version of how a source's columns become orders."""

    id: int
    code: str
    name: str
    version: int
    active: bool
    rules: dict[str, Any]
    set_at: datetime
    set_by: str


class CancellationView(Struct, frozen=True):
    """A cancellation of a source and what became of it. Units: minor units of the shop's currency."""

    id: int
    shop_name: str
    external_number: str
    sku: str
    name: str
    quantity: int
    amount_minor: int
    currency: str
    cancelled_at: datetime
    state: str
    reason: str
    order_number: str | None


class CancellationPage(Struct, frozen=True):
    """Cancellations, newest first, and the key to ask for older ones with."""

    rows: list[CancellationView]
    next_after: int | None


_RUN = (
    "id",
    "shop__code",
    "shop__name",
    "mapping__code",
    "mapping__name",
    "mapping__version",
    "file_name",
    "stored_file",
    "historic",
    "state",
    "received",
    "created",
    "duplicate",
    "conflict",
    "rejected",
    "cancellations",
    "rejects_file",
    "error",
    "started_by",
    "created_at",
    "started_at",
    "finished_at",
)
_MAPPING = ("id", "code", "name", "version", "active", "rules", "set_at", "set_by")
_CANCELLATION = (
    "id",
    "shop__name",
    "external_number",
    "item__sku",
    "item__name_zh",
    "quantity",
    "amount_minor",
    "shop__currency",
    "cancelled_at",
    "state",
    "reason",
    "line__order__number",
)


def import_runs(*, after: int | None = None, limit: int = 50) -> RunPage:
    """List imports newest first, whoever started them: console, command line or watched folder."""
    found = ImportRun.objects.order_by("-id")
    if after is not None:
        found = found.filter(id__lt=after)
    rows = [RunView(*row) for row in found.values_list(*_RUN)[: limit + 1]]
    return RunPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def import_run(run_id: int) -> RunView:
    """Return one import. Raises: NotFound."""
    row = ImportRun.objects.filter(id=run_id).values_list(*_RUN).first()
    if row is None:
        raise NotFound(key=run_id)
    return RunView(*row)


def mappings() -> list[MappingView]:
    """List the mappings in force, by name."""
    return [MappingView(*row) for row in Mapping.objects.filter(active=True).order_by("name").values_list(*_MAPPING)]


def mapping_versions(code: str) -> list[MappingView]:
    """List every version of a mapping, newest first. Raises: NotFound."""
    rows = [MappingView(*row) for row in Mapping.objects.filter(code=code).order_by("-version").values_list(*_MAPPING)]
    if not rows:
        raise NotFound(key=code)
    return rows


def find_mapping(code: str) -> MappingView | None:
    """Find the mapping in force under a code; None when there is none."""
    row = Mapping.objects.filter(code=code, active=True).values_list(*_MAPPING).first()
    return MappingView(*row) if row else None


def cancellations_page(*, state: str = "unmatched", after: int | None = None, limit: int = 50) -> CancellationPage:
    """List cancellations newest first; the unmatched ones wait for somebody to find their order."""
    found = Cancellation.objects.filter(state=state).order_by("-id")
    if after is not None:
        found = found.filter(id__lt=after)
    cancelled = found.values_list(*_CANCELLATION)[: limit + 1]
    rows = [CancellationView(*row) for row in cancelled]
    return CancellationPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)
