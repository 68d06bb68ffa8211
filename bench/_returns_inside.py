"""Fill a migrated database with delivered orders of the sample's goods, then time the policy. One line of JSON."""

import json
import random
import sys
import time
from collections import Counter
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from steward.kernel import moment  # noqa: E402
from steward.kernel.actor import system  # noqa: E402
from steward.modules.catalog.commands import create_items  # noqa: E402
from steward.modules.returns.queries.policies import active_policy, all_reasons, book_of  # noqa: E402
from steward.modules.returns.queries.verdicts import Ask, facts_of, verdicts  # noqa: E402
from steward.modules.returns.rules.policy import Facts  # noqa: E402
from steward.sample import goods  # noqa: E402
from steward.sample.after_sales import WISHES  # noqa: E402

LINES, ORDERS_OF_A_BUYER = 4, 10
FILL = (
    """INSERT INTO inventory_warehouse (code, name, district_code, pool, daily_capacity) VALUES ('hz', '杭州仓',
    '330106', 'main', 0)""",
    """INSERT INTO logistics_carrier (code, name, name_en, state, state_reason, website, note) VALUES ('sf', '顺丰',
    '', 'active', '', '', '')""",
    """INSERT INTO logistics_manifest (number, carrier_id, warehouse_id, handed_over_at, handed_over_by, taken_by,
    shipment_count, parcel_count, weight_g, simulated) SELECT 'MF-1', min(logistics_carrier.id), (SELECT min(id)
    FROM inventory_warehouse WHERE code = 'hz'), %(now)s, 'x', '', 1, 1, 1, false FROM logistics_carrier""",
    """INSERT INTO kernel_person_key (id, wrapped, master_version) SELECT n, '\\x00', 1
    FROM generate_series(1, %(buyers)s) AS n""",
    """INSERT INTO customers_customer (id, person_key_id, name_index) SELECT n, n, '{}'
    FROM generate_series(1, %(buyers)s) AS n""",
    """INSERT INTO orders_order (id, number, shop_id, customer_id, external_number, state, payment_state,
    fulfilment_state, state_since, currency, lines_minor, total_minor, paid_minor, placed_at, received_at,
    payload_hash, source, entered_by)
    SELECT n, 'SO-' || n, (SELECT id FROM catalog_shop ORDER BY id OFFSET n %% 4 LIMIT 1), n %% %(buyers)s + 1,
    'E' || n, 'completed', 'paid', 'delivered', %(now)s, 'CNY', 1, 1, 1, %(now)s - n %% 60 * interval '1 day', %(now)s,
    '\\x00', 'api', 'token:1' FROM generate_series(1, %(orders)s) AS n""",
    """INSERT INTO orders_line (order_id, position, item_id, quantity, unit_price_minor)
    SELECT n, p, (SELECT id FROM catalog_item WHERE stocked ORDER BY id OFFSET (n * 7 + p * 13) %% %(items)s LIMIT 1),
    1, 1000 * (n %% 40 + 1) FROM generate_series(1, %(orders)s) AS n, generate_series(1, %(lines)s) AS p""",
    """INSERT INTO logistics_shipment (id, number, order_id, order_number, direction, warehouse_id, state,
    state_since, district_code, storage_class, planned_at, picked_by, packed_by, handed_over_at, delivered_at,
    manifest_id, price_minor, currency, trouble, simulated) SELECT n, 'SH-' || n, n, 'SO-' || n, 'outbound', (SELECT
    min(id) FROM inventory_warehouse WHERE code = 'hz'), 'delivered', %(now)s, '510107', 'ambient', %(now)s, '', '',
    %(now)s, %(now)s - n %% 50 * interval '1 day', (SELECT min(id) FROM logistics_manifest), 0, 'CNY', '', false
    FROM generate_series(1, %(orders)s) AS n""",
    """INSERT INTO logistics_shipment_line (shipment_id, item_id, lot_code, quantity, picked)
    SELECT order_id, item_id, '', 1, 1 FROM orders_line""",
)


def fill(orders: int) -> list[tuple[int, int]]:
    """Write delivered orders, set-based; return their lines as (order, line)."""
    made = create_items(system("bench"), items=goods.catalogue())
    values: dict[str, Any] = {
        "now": moment.now(),
        "orders": orders,
        "buyers": max(1, orders // ORDERS_OF_A_BUYER),
        "items": len(made),
        "lines": LINES,
    }
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")
        cursor.execute("SELECT order_id, id FROM orders_line ORDER BY id")
        return list(cursor.fetchall())


def main(count: int, rounds: int) -> None:
    """Time the batch and the rules alone; both must answer alike."""
    lines, rng, now = fill(-(-count // LINES)), random.Random(2026), moment.now()
    asks = []
    for order_id, line_id in rng.sample(lines, count):
        wish = rng.choice(WISHES)
        asks.append(Ask(order_id, line_id, wish.kind, wish.reason, wish.pictures, wish.videos, wish.opened))
    policy, known = active_policy(), all_reasons()
    found: dict[str, Any] = {
        "verdicts_s": [],
        "verdicts_cpu_s": [],
        "rules_s": [],
        "statements": 0,
        "statements_of_one": 0,
    }
    verdicts(asks[:10], now=now)  # what a process that has answered before knows
    for name, part in (("statements_of_one", asks[:1]), ("statements", asks)):
        with CaptureQueriesContext(connection) as caught:
            verdicts(part, now=now)
        found[name] = len(caught)
    for _round in range(rounds):
        begun, worked = time.perf_counter(), time.process_time()
        answers = verdicts(asks, now=now)
        found["verdicts_s"].append(time.perf_counter() - begun)
        found["verdicts_cpu_s"].append(time.process_time() - worked)
        facts = [one for one in facts_of(asks, {one.code: one for one in known}) if isinstance(one, Facts)]
        book = book_of(policy.rules, policy.version, known)
        begun = time.perf_counter()
        alone = [book.decide(one, now=now) for one in facts]
        found["rules_s"].append(time.perf_counter() - begun)
        if alone != answers:
            raise SystemExit("batch and rules disagree")
    found["eligible"] = sum(one.eligible for one in answers)
    found["by_rule"] = dict(Counter(one.rule or one.why for one in answers).most_common())
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
