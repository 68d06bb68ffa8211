"""Reads of orders for every interface: nothing here writes."""

from steward.modules.orders.queries.detail import OrderDetail, order_detail
from steward.modules.orders.queries.findings import field_label, finding_text, suggestion_text
from steward.modules.orders.queries.intake import (
    cancellations_page,
    find_mapping,
    import_run,
    import_runs,
    mapping_versions,
    mappings,
)
from steward.modules.orders.queries.listing import OrderFilters, OrderRow, Page, counts_by_state, orders_page
from steward.modules.orders.queries.search import find_order, find_order_by_external, order_id
from steward.modules.orders.queries.timeline import Timeline, TimelineEntry, timeline
from steward.modules.orders.queries.work import audit_queue, my_work, orders_in_conflict, queue_counts

__all__ = [
    "OrderDetail",
    "OrderFilters",
    "OrderRow",
    "Page",
    "Timeline",
    "TimelineEntry",
    "audit_queue",
    "cancellations_page",
    "counts_by_state",
    "field_label",
    "find_mapping",
    "find_order",
    "find_order_by_external",
    "finding_text",
    "import_run",
    "import_runs",
    "mapping_versions",
    "mappings",
    "my_work",
    "order_detail",
    "order_id",
    "orders_in_conflict",
    "orders_page",
    "queue_counts",
    "suggestion_text",
    "timeline",
]
