"""Lists of orders in a rare state read an index, however many usual orders there are."""

from __future__ import annotations

import pytest
from django.db import connection

from steward.modules.orders.models import Order
from steward.modules.orders.queries.listing import OrderFilters, matching
from tests import make

COPIES = """
INSERT INTO orders_order (number, shop_id, external_number, state, payment_state, state_since, currency, lines_minor,
                          total_minor, placed_at, received_at, payload_hash, source, entered_by)
SELECT 'X-' || n, o.shop_id, 'X-' || n, 'completed', 'paid', o.state_since, 'CNY', 1, 1, o.placed_at, o.received_at,
       o.payload_hash, 'api', 'system:tests'
FROM orders_order AS o, generate_series(1, 20000) AS n
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (OrderFilters(payment_state="overpaid"), "order_rare_payment"),
        (OrderFilters(payment_state="partly_refunded"), "order_rare_payment"),
        (OrderFilters(fulfilment_state="short"), "order_without_goods"),
    ],
)
def test_a_list_of_a_rare_state_reads_its_index(filters: OrderFilters, index: str) -> None:
    make.item(stock=1)
    make.order()
    with connection.cursor() as cursor:
        cursor.execute(COPIES)
        cursor.execute("ANALYZE orders_order")

    plan = matching(filters).order_by("-id")[:51].explain()

    assert index in plan
    assert Order.objects.count() == 20_001
