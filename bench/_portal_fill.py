"""Fill a migrated database for the bench of customers' pages: a million delivered orders, some customers signed in.

`python -m bench._portal_fill ORDERS VISITORS`: settings come from the environment. Prints one line of JSON: for every
visitor the key their browser holds and the addresses they open.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.catalog.commands import create_items  # noqa: E402
from steward.modules.customers.commands import sign_in  # noqa: E402
from steward.modules.customers.commands.matching import match_customers  # noqa: E402
from steward.modules.customers.models import SignInCode  # noqa: E402
from steward.modules.customers.rules.buyers import Buyer, Profile  # noqa: E402
from steward.modules.returns.commands.drafts import CaseDraft, Want  # noqa: E402
from steward.modules.returns.commands.requesting import open_cases  # noqa: E402
from steward.sample import goods  # noqa: E402

BENCH = system("bench")
LINES, ORDERS_OF_A_BUYER, ORDERS_OF_A_VISITOR, CASES_OF_A_VISITOR = 2, 10, 30, 3
BATCH = 100_000
# Orders of visitors lie spread over all that were ever taken, as a customer's do.
PREPARE = (
    """INSERT INTO inventory_warehouse (code, name, district_code, pool, daily_capacity) VALUES ('hz', '杭州仓',
    '330106', 'main', 0)""",
    """INSERT INTO logistics_carrier (code, name, name_en, state, state_reason, website, note) VALUES ('sf', '顺丰',
    '', 'active', '', '', '')""",
    """INSERT INTO logistics_manifest (number, carrier_id, warehouse_id, handed_over_at, handed_over_by, taken_by,
    shipment_count, parcel_count, weight_g, simulated) SELECT 'MF-1', min(logistics_carrier.id), (SELECT min(id)
    FROM inventory_warehouse WHERE code = 'hz'), %(now)s, 'x', '', 1, 1, 1, false FROM logistics_carrier""",
    """INSERT INTO kernel_person_key (id, wrapped, master_version) SELECT n, '\\x00', 1
    FROM generate_series(%(base)s + 1, %(base)s + %(buyers)s) AS n""",
    """INSERT INTO customers_customer (id, person_key_id, name_index) SELECT n, n, '{}'
    FROM generate_series(%(base)s + 1, %(base)s + %(buyers)s) AS n""",
)
FILL = (
    """INSERT INTO orders_order (id, number, shop_id, customer_id, external_number, state, payment_state,
    fulfilment_state, state_since, currency, lines_minor, total_minor, paid_minor, placed_at, received_at,
    payload_hash, source, entered_by)
    SELECT n, 'SO-2026-' || lpad(n::text, 7, '0'), %(shop)s,
    CASE WHEN n %% %(every)s = 0 THEN (%(visitors)s::bigint[])[1 + (n / %(every)s) %% %(many)s]
         ELSE %(base)s + 1 + n %% %(buyers)s END,
    'E' || n, 'completed', 'paid', 'delivered', placed_at, 'CNY', 2000, 2000, 2000, placed_at, placed_at,
    '\\x00', 'api', 'token:1'
    FROM (SELECT n, %(now)s::timestamptz - (%(total)s - n) * interval '30 seconds' - interval '3 days' AS placed_at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS made""",
    """INSERT INTO orders_line (order_id, position, item_id, quantity, unit_price_minor)
    SELECT n, p, (%(items)s::bigint[])[1 + (n * 7 + p * 13) %% cardinality(%(items)s::bigint[])], 1, 1000
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, generate_series(1, %(lines)s) AS p""",
    """INSERT INTO logistics_shipment (id, number, order_id, order_number, direction, warehouse_id, state,
    state_since, district_code, storage_class, planned_at, picked_by, packed_by, handed_over_at, delivered_at,
    manifest_id, price_minor, currency, trouble, simulated)
    SELECT n, 'SH-' || n, n, 'SO-2026-' || lpad(n::text, 7, '0'), 'outbound', %(warehouse)s, 'delivered', at, '510107',
    'ambient', at, '', '', at, at, %(manifest)s, 0, 'CNY', '', false
    FROM (SELECT n, %(now)s::timestamptz - (%(total)s - n) * interval '30 seconds' - interval '1 day' AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n) AS made""",
    """INSERT INTO logistics_shipment_line (shipment_id, item_id, lot_code, quantity, picked)
    SELECT order_id, item_id, '', 1, 1 FROM orders_line WHERE order_id BETWEEN %(first)s AND %(last)s""",
    """INSERT INTO payments_entry (order_id, direction, provider, transaction, method, amount_minor, currency,
    happened_at) SELECT n, 'payment', 'alipay', 'T-' || n, '', 2000, 'CNY', %(now)s
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n""",
)


def main(total: int, visitors: int) -> None:
    """Fill, sign the visitors in, let each ask for something, and print what they open."""
    made = create_items(BENCH, items=goods.catalogue())
    phones = [f"+8613800{n:06}" for n in range(visitors)]
    people = [Buyer([("phone", phone)], Profile(name="梅子", phone=phone)) for phone in phones]
    with transaction.atomic():
        found = match_customers(people, simulated=[False] * len(people))
    ids = [one.customer_id for one in found if one]
    _write(total, ids, len(made))
    browsers = []
    for customer_id, phone in zip(ids, phones, strict=True):
        numbers = _orders_of(customer_id)
        _ask_for(numbers)
        browsers.append({"key": _signed_in(phone), "orders": [number for number, _line in numbers]})
    print(json.dumps(browsers))


def _write(total: int, visitors: list[int], item_count: int) -> None:
    facts: dict[str, Any] = {
        "now": now(),
        "total": total,
        "lines": LINES,
        "base": 1_000_000,
        "buyers": max(1, total // ORDERS_OF_A_BUYER),
        "visitors": visitors,
        "many": len(visitors),
        "every": max(2, total // (len(visitors) * ORDERS_OF_A_VISITOR)),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for statement in PREPARE:
            cursor.execute(statement, facts)
        cursor.execute("SELECT array_agg(id) FROM catalog_item WHERE stocked")
        facts["items"] = cursor.fetchone()[0]
        for name, table in (
            ("shop", "catalog_shop"),
            ("warehouse", "inventory_warehouse"),
            ("manifest", "logistics_manifest"),
        ):
            cursor.execute(f"SELECT min(id) FROM {table}")
            facts[name] = cursor.fetchone()[0]
        for first in range(1, total + 1, BATCH):
            window = facts | {"first": first, "last": min(first + BATCH - 1, total)}
            for statement in FILL:
                cursor.execute(statement, window)
        cursor.execute("SELECT setval(pg_get_serial_sequence('orders_order', 'id'), %s)", [total])
        cursor.execute("SELECT setval(pg_get_serial_sequence('logistics_shipment', 'id'), %s)", [total])
        cursor.execute("VACUUM ANALYZE")


def _orders_of(customer_id: int) -> list[tuple[str, int]]:
    """List a visitor's orders, newest first, each with one of its lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, (SELECT min(line.id) FROM orders_line AS line WHERE line.order_id = orders_order.id)"
            " FROM orders_order WHERE customer_id = %s ORDER BY id DESC",
            [customer_id],
        )
        return [(str(number), int(line)) for number, line in cursor.fetchall()]


def _ask_for(orders: list[tuple[str, int]]) -> None:
    """Let a visitor ask for something with their latest orders."""
    drafts = [
        CaseDraft(
            order_number=number, kind="return_refund", reason="change_of_mind", wants=(Want(line, 1),), source="portal"
        )
        for number, line in orders[:CASES_OF_A_VISITOR]
    ]
    open_cases(BENCH, drafts=drafts, now=now())


def _signed_in(phone: str) -> str:
    """Sign a visitor in by the commands their browser calls; return what it holds."""
    at = now() - timedelta(seconds=1)
    key = sign_in.ask_code(BENCH, typed=phone, place=phone, language="zh-hans", now=at)
    with transaction.atomic():
        issued = sign_in.issue_code(SignInCode.objects.latest("id").id, now=at)
    if issued is None:
        raise RuntimeError("a visitor got no code")
    return sign_in.enter_code(BENCH, key=key, typed=issued.code, place=phone, now=at).key


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
