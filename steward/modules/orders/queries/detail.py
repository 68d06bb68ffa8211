"""Everything about one order that its page and the API show."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from steward.modules.catalog import queries as catalog
from steward.modules.deadlines import queries as deadlines
from steward.modules.deadlines.queries import ClockView
from steward.modules.inventory import queries as inventory
from steward.modules.orders.models import Conflict, Line, Order, OrderFinding
from steward.modules.orders.queries import words
from steward.modules.orders.queries.adjustments import AdjustmentView, adjustment_views
from steward.modules.orders.queries.findings import field_label, finding_text, suggestion_text
from steward.modules.orders.queries.listing import SUBJECT, OrderRow, order_rows
from steward.modules.orders.queries.process import step_definitions, steps_done
from steward.modules.orders.queries.sealed import clear_finding, masked_finding, person_key
from steward.modules.orders.queries.search import order_id as id_of
from steward.modules.orders.rules import steps
from steward.modules.payments import queries as payments
from steward.modules.payments.queries import EntryView


class LineView(Struct, frozen=True):
    """One line. Units: minor units of the order's currency; `total_minor` is what remains after the discount."""

    id: int
    position: int
    item_id: int
    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    total_minor: int
    cancelled_quantity: int
    storage_class: str
    stocked: bool

    @property
    def storage_label(self) -> str:
        """Name how the goods are kept, in the reader's language."""
        return words.word(words.STORAGE, self.storage_class)


class FindingView(Struct, frozen=True):
    """One finding in words; `resolution` is empty while it is open. Of a personal field it shows masked values."""

    id: int
    field: str
    field_label: str
    code: str
    severity: str
    text: str
    suggestion: dict[str, Any] | None
    suggestion_text: str
    is_masked: bool
    found_at: datetime
    resolution: str
    resolved_by: str
    resolved_at: datetime | None

    @property
    def masked(self) -> str:
        """Write what stands in place of the clear suggestion until it is revealed."""
        return self.suggestion_text or "••••"

    @property
    def can_be_taken(self) -> bool:
        """Tell whether the suggestion can be taken over with one press."""
        return any(
            field.startswith("recipient.") or field in ("note", "total_minor") for field in self.suggestion or {}
        )

    @property
    def resolution_label(self) -> str:
        """Say what became of it, in the reader's language."""
        return words.word(words.RESOLUTIONS, self.resolution) if self.resolution else ""


class ConflictView(Struct, frozen=True):
    """The same order that came again with other content, and where the two differ."""

    id: int
    source: str
    received_at: datetime
    seen_count: int
    differences: Any
    resolved_at: datetime | None
    resolved_by: str


class PromiseView(Struct, frozen=True):
    """What the order is promised of an item now. Units: pieces."""

    sku: str
    name: str
    pool: str
    quantity: int


class OrderDetail(Struct, frozen=True):
    """One order with all that hangs on it. Units: minor units of `order.currency`."""

    order: OrderRow
    lines_minor: int
    shipping_minor: int
    discount_minor: int
    refunded_minor: int
    country: str
    province: str
    district_code: str
    entered_by: str
    mended_by: list[str]
    cancel_cause: str
    not_supplied: list[str]
    customer_id: int | None
    lines: list[LineView]
    findings: list[FindingView]
    payments: list[EntryView]
    promises: list[PromiseView]
    hold_state: str
    hold_until: datetime | None
    clocks: list[ClockView]
    conflicts: list[ConflictView]
    standing: steps.Standing
    invoice_due_at: datetime | None = None
    service: str = ""
    adjustments: list[AdjustmentView] = []

    @property
    def open_findings(self) -> list[FindingView]:
        """List the findings that wait for somebody."""
        return [finding for finding in self.findings if not finding.resolution]

    @property
    def open_conflicts(self) -> list[ConflictView]:
        """List the conflicts that wait for a decision."""
        return [conflict for conflict in self.conflicts if conflict.resolved_at is None]


def order_detail(key: str | int) -> OrderDetail:
    """Collect one order by its id, its number or the shop's number, in a constant number of queries.

    Raises: NotFound.
    """
    order_id = id_of(key)
    order = Order.objects.select_related("shop", "customer__person_key").get(id=order_id)
    row = order_rows([order])[0]
    lines = lines_of(order_id)
    findings = _findings(order_id, person_key(order), order.currency)
    hold = inventory.hold_of_order(order_id) or ("", None)
    errors = sum(1 for finding in findings if finding.severity == "error" and not finding.resolution)
    return OrderDetail(
        order=row,
        lines_minor=order.lines_minor,
        shipping_minor=order.shipping_minor,
        discount_minor=order.discount_minor,
        refunded_minor=order.refunded_minor,
        country=order.country,
        province=order.province,
        district_code=order.district_code,
        entered_by=order.entered_by,
        mended_by=order.mended_by,
        cancel_cause=order.cancel_cause,
        not_supplied=order.not_supplied,
        customer_id=order.customer_id,
        lines=lines,
        findings=findings,
        payments=payments.entries_of(order_id),
        promises=_promises(order_id, lines),
        hold_state=hold[0],
        hold_until=hold[1],
        clocks=deadlines.clocks_of(SUBJECT, order_id),
        conflicts=_conflicts(order_id),
        standing=steps.standing(
            state=order.state,
            payment_state=order.payment_state,
            fulfilment_state=order.fulfilment_state,
            open_errors=errors,
            definitions=step_definitions(),
            done=steps_done(order_id),
        ),
        invoice_due_at=order.invoice_due_at,
        service=order.service,
        adjustments=adjustment_views(order.adjustments),
    )


def lines_of(order_id: int) -> list[LineView]:
    """List the lines of an order as they stand."""
    rows = Line.objects.filter(order_id=order_id).select_related("item").order_by("position")
    return [
        LineView(
            id=line.id,
            position=line.position,
            item_id=line.item_id,
            sku=line.item.sku,
            name=line.title or line.item.name_zh,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            discount_minor=line.discount_minor,
            total_minor=line.quantity * line.unit_price_minor - line.discount_minor,
            cancelled_quantity=line.cancelled_quantity,
            storage_class=line.item.storage_class,
            stocked=line.item.stocked,
        )
        for line in rows
    ]


def _promises(order_id: int, lines: list[LineView]) -> list[PromiseView]:
    names = {line.item_id: (line.sku, line.name) for line in lines}
    rows = inventory.promises_of_order(order_id)
    parts = {row.item_id for row in rows} - names.keys()  # of bundles
    if parts:
        names |= {id_: (item.sku, item.name_zh) for id_, item in catalog.items_by_id(parts).items()}
    return [PromiseView(*names[row.item_id], row.pool, row.quantity) for row in rows]


def _findings(order_id: int, key: bytes | None, currency: str) -> list[FindingView]:
    """List findings: open errors, open warnings, then what was settled."""
    rows = OrderFinding.objects.filter(order_id=order_id).order_by("id")
    views = [_finding(row, key, currency) for row in rows]
    return sorted(views, key=lambda view: (bool(view.resolution), view.severity != "error", view.id))


def _finding(row: OrderFinding, key: bytes | None, currency: str) -> FindingView:
    params, suggestion = masked_finding(row, key)
    return FindingView(
        id=row.id,
        field=row.field,
        field_label=field_label(row.field),
        code=row.code,
        severity=row.severity,
        text=finding_text(row.code, params),
        suggestion=suggestion,
        suggestion_text=suggestion_text(suggestion, currency),
        is_masked=key is not None and (params, suggestion) != clear_finding(row, key),
        found_at=row.found_at,
        resolution=row.resolution,
        resolved_by=row.resolved_by,
        resolved_at=row.resolved_at,
    )


def _conflicts(order_id: int) -> list[ConflictView]:
    rows = Conflict.objects.filter(order_id=order_id).order_by("-received_at")
    fields = ("id", "source", "received_at", "seen_count", "differences", "resolved_at", "resolved_by")
    return [ConflictView(*row) for row in rows.values_list(*fields)]
