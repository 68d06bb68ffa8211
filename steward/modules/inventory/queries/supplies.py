"""Read purchase orders, transfers, and what was different on arrival."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import F, Q, Sum
from django.db.models.functions import Greatest
from msgspec import Struct

from steward.kernel import errors
from steward.modules.inventory.models import ReceiptDifference, Supply, SupplyLine
from steward.modules.inventory.rules import supply as rules


class SupplyRow(Struct, frozen=True):
    """A purchase order or transfer in a list. Units: pieces."""

    id: int
    number: str
    kind: str
    supplier: str
    origin: str | None
    warehouse: str
    state: str
    expected_date: date | None
    created_at: datetime
    ordered: int
    left: int

    def is_late(self, today: date) -> bool:
        """Tell whether it should have come before today."""
        return self.state in rules.ON_THE_WAY and self.expected_date is not None and self.expected_date < today


class SupplyLineView(Struct, frozen=True):
    """A line of it. Units: pieces."""

    id: int
    item_id: int
    sku: str
    name_zh: str
    barcode: str
    shelf_life_days: int
    lot: str
    expires_date: date | None
    quantity: int
    received: int
    damaged: int

    @property
    def left(self) -> int:
        """Return how many are still on their way."""
        return rules.left_to_come(self.quantity, self.received, self.damaged)


class ReceiptDifferenceView(Struct, frozen=True):
    """What came otherwise. Units: pieces."""

    id: int
    number: str
    sku: str
    lot: str
    kind: str
    quantity: int
    reason: str
    at: datetime
    actor: str
    settled_at: datetime | None
    settled_by: str
    settlement: str


class SupplyView(Struct, frozen=True):
    """One purchase order or transfer with its lines and differences."""

    id: int
    number: str
    kind: str
    supplier: str
    origin: str | None
    warehouse: str
    warehouse_code: str
    state: str
    expected_date: date | None
    note: str
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    first_received_at: datetime | None
    ended_at: datetime | None
    version: int
    lines: list[SupplyLineView] = []
    differences: list[ReceiptDifferenceView] = []

    @property
    def is_on_the_way(self) -> bool:
        """Tell whether goods can be received on it."""
        return self.state in rules.ON_THE_WAY


_LEFT = Sum(Greatest(F("lines__quantity") - F("lines__received") - F("lines__damaged"), 0))


def supplies_page(
    *, kind: str = "", states: Sequence[str] = (), text: str = "", before: int | None = None, limit: int = 50
) -> list[SupplyRow]:
    """List purchase orders and transfers, newest first, after the last id of the page shown before."""
    rows = Supply.objects.order_by("-id")
    if kind:
        rows = rows.filter(kind=kind)
    if states:
        rows = rows.filter(state__in=states)
    if text:
        rows = rows.filter(Q(number__iexact=text) | Q(supplier__icontains=text) | Q(lines__item__sku__iexact=text))
        rows = Supply.objects.filter(id__in=rows.values("id")).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = rows.annotate(ordered=Sum("lines__quantity"), left=_LEFT).values_list(
        "id", "number", "kind", "supplier", "origin__name", "warehouse__name", "state", "expected_date", "created_at",
        "ordered", "left",
    )  # fmt: skip
    return [SupplyRow(*row[:9], row[9] or 0, row[10] or 0) for row in found[:limit]]


def supply(number: str) -> SupplyView:
    """Show one purchase order or transfer. Raises: NotFound."""
    row = (
        Supply.objects.filter(number=number)
        .values_list(
            "id", "number", "kind", "supplier", "origin__name", "warehouse__name", "warehouse__code", "state",
            "expected_date", "note", "created_at", "created_by", "sent_at", "first_received_at", "ended_at", "version",
        )
        .first()
    )  # fmt: skip
    if row is None:
        raise errors.NotFound(key=number)
    lines = SupplyLine.objects.filter(supply_id=row[0]).order_by("id").values_list(
        "id", "item_id", "item__sku", "item__name_zh", "item__barcode", "item__shelf_life_days", "lot__code",
        "lot__expires_date", "quantity", "received", "damaged",
    )  # fmt: skip
    return SupplyView(
        *row,
        lines=[SupplyLineView(*line[:6], line[6] or "", *line[7:]) for line in lines],
        differences=receipt_differences(supply_id=row[0], open_only=False),
    )


def receipt_differences(
    *, supply_id: int | None = None, open_only: bool = True, limit: int = 100
) -> list[ReceiptDifferenceView]:
    """List what came short, over or damaged, newest first."""
    rows = ReceiptDifference.objects.order_by("-id")
    if supply_id is not None:
        rows = rows.filter(supply_id=supply_id)
    if open_only:
        rows = rows.filter(settled_at=None)
    fields = (
        "id", "supply__number", "item__sku", "lot", "kind", "quantity", "reason", "at", "actor", "settled_at",
        "settled_by", "settlement",
    )  # fmt: skip
    return [ReceiptDifferenceView(*row) for row in rows.values_list(*fields)[:limit]]


def supply_counts() -> dict[str, int]:
    """Count what is on its way by kind, and the differences nobody has settled."""
    open_ = Supply.objects.filter(state__in=("planned", *rules.ON_THE_WAY)).values_list("kind", flat=True)
    counts = dict.fromkeys(rules.KINDS, 0)
    for kind in open_:
        counts[kind] += 1
    return {**counts, "differences": ReceiptDifference.objects.filter(settled_at=None).count()}
