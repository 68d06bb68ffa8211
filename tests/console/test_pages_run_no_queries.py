"""Templates show what they are given, and the number of queries does not grow with the rows."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.modules.orders import queries
from tests import make

pytestmark = pytest.mark.django_db

ADDRESSES = (
    "/",
    "/orders/",
    "/orders/?queue=audit",
    "/orders/new",
    "/imports/",
    "/mappings/",
    "/stock/",
    "/jobs/",
    "/customers/",
    "/stations/",
)


def _is_rendering() -> bool:
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "bind_template":
            return False  # what every page is given is fetched before the template begins
        if frame.f_code.co_name == "render" and "django/template/" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


class Watch:
    """Keep the queries that are run while a template renders."""

    def __init__(self) -> None:
        self.caught: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Pass a query on, noting it when a template asked for it."""
        if _is_rendering():
            self.caught.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def numbers() -> list[str]:
    make.item(stock=50)
    return [make.order(f"A-{index}").number for index in range(3)]


@pytest.mark.parametrize("address", [*ADDRESSES, "order"])
def test_a_page_runs_no_query_while_its_template_renders(address: str, numbers: list[str]) -> None:
    browser = make.browser("admin")
    address = f"/orders/{numbers[0]}" if address == "order" else address
    browser.get(address)  # what is kept for some seconds is fetched by now
    watch = Watch()
    with connection.execute_wrapper(watch):
        assert browser.get(address).status_code == 200
    assert watch.caught == []


def _queries_of_list() -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        queries.orders_page(queries.OrderFilters(), limit=50)
    return len(captured)


def test_a_longer_list_needs_no_more_queries(numbers: list[str]) -> None:
    _queries_of_list()  # reads the limits, which are then remembered for a few seconds
    few = _queries_of_list()
    for index in range(10, 20):
        make.order(f"A-{index}")
    assert _queries_of_list() == few <= 4


PLANS = {
    "newest": queries.OrderFilters(),
    "a state": queries.OrderFilters(state="audit"),
    "a payment state": queries.OrderFilters(payment_state="paid"),
    "a shop": queries.OrderFilters(shop="own"),
    "open findings": queries.OrderFilters(with_findings=True),
    "a number": queries.OrderFilters(q="SO-2026-000123"),
    "a phone": queries.OrderFilters(q="13812345521"),
    "days": queries.OrderFilters(historic=False),
}


@pytest.fixture(scope="module")
def big_table(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Fill the order table so that the planner has something to avoid."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO orders_order (number, shop_id, external_number, state, state_since, currency, lines_minor,
                total_minor, placed_at, received_at, payload_hash, source, entered_by, payment_state)
            SELECT 'BIG-' || n, (SELECT min(id) FROM catalog_shop), 'BIG-' || n,
                (ARRAY['received', 'checked', 'audit', 'approved', 'completed'])[1 + n % 5], now(), 'CNY', 1, 1, now(),
                now(), '', 'sample', 'system:tests', (ARRAY['unpaid', 'paid', 'refunded'])[1 + n % 3]
            FROM generate_series(1, 30000) n
        """)
        cursor.execute("ANALYZE orders_order")
        yield
        cursor.execute("DELETE FROM orders_order WHERE number LIKE 'BIG-%'")
        cursor.execute("ANALYZE orders_order")


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
def test_a_page_of_a_big_table_reads_it_by_an_index(name: str, big_table: None) -> None:
    found = queries.listing.matching(PLANS[name]).order_by("-id")[:51]
    plan = found.explain()
    assert "Seq Scan on orders_order" not in plan, plan
