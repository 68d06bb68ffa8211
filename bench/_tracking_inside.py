"""The part of the bench inside Django: parcels on their way, and what is reported of them. One line of JSON."""

import json
import random
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.logistics.commands.tracking import record_tracking  # noqa: E402
from steward.modules.logistics.models import Shipment  # noqa: E402
from steward.modules.logistics.ports import Report  # noqa: E402

ACTOR = system("bench")
STATES = ("picked_up", "in_transit", "out_for_delivery", "delivered")
FILL = (
    """INSERT INTO inventory_warehouse (code, name, district_code, pool, daily_capacity) VALUES ('hz', '杭州仓',
    '330106', 'main', 0)""",
    """INSERT INTO logistics_carrier (code, name, name_en, state, state_reason, website, note) VALUES ('sf', '顺丰',
    '', 'active', '', '', '')""",
    """INSERT INTO logistics_manifest (number, carrier_id, warehouse_id, handed_over_at, handed_over_by, taken_by,
    shipment_count, parcel_count, weight_g, simulated) SELECT 'MF-1', min(logistics_carrier.id), (SELECT min(id)
    FROM inventory_warehouse WHERE code = 'hz'), %(now)s, 'x', '', 1, 1, 1, false FROM logistics_carrier""",
    """INSERT INTO orders_order (id, number, shop_id, external_number, state, payment_state, fulfilment_state,
    state_since, currency, lines_minor, total_minor, placed_at, received_at, payload_hash, source, entered_by)
    SELECT n, 'SO-' || n, (SELECT min(id) FROM catalog_shop), 'E' || n, 'approved', 'paid', 'shipped', %(now)s,
    'CNY', 1, 1, %(now)s, %(now)s, '\\x00', 'api', 'token:1' FROM generate_series(1, %(parcels)s) AS n""",
    """INSERT INTO logistics_shipment (id, number, order_id, order_number, direction, warehouse_id, state,
    state_since, district_code, storage_class, planned_at, picked_by, packed_by, handed_over_at, manifest_id,
    price_minor, currency, trouble, simulated) SELECT n, 'SH-' || n, n, 'SO-' || n, 'outbound', (SELECT min(id)
    FROM inventory_warehouse WHERE code = 'hz'), 'handed_over', %(now)s, '510107', 'ambient', %(now)s, '', '',
    %(now)s, (SELECT min(id) FROM logistics_manifest), 0, 'CNY', '', false FROM generate_series(1, %(parcels)s)
    AS n""",
    """INSERT INTO logistics_parcel (shipment_id, position, code, carrier_id, tracking_number, weight_g, length_mm,
    width_mm, height_mm, state, going_back) SELECT n, 1, 'SH-' || n || '-1', (SELECT min(id) FROM
    logistics_carrier), 'SF' || n, 1, 0, 0, 0, 'handed_over', false FROM generate_series(1, %(parcels)s) AS n""",
)


def fill(parcels: int, left_at: datetime) -> None:
    """Write parcels that left, with their shipments and orders, set-based."""
    values: dict[str, Any] = {"parcels": parcels, "now": left_at}
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values)
        cursor.execute("ANALYZE")


def main() -> None:
    """Record everything at once, again, and a part one by one."""
    count, singly = int(sys.argv[1]), int(sys.argv[2])
    parcels, at = count // len(STATES), now()
    left_at = at - timedelta(days=3)
    fill(parcels + singly, left_at)
    reports = [
        Report(tracking_number=f"SF{number}", codes=(state,), at=left_at + timedelta(hours=6 * step), text="到达杭州")
        for number in range(1, parcels + 1)
        for step, state in enumerate(STATES, 1)
    ]
    random.Random(1).shuffle(reports)
    begun, worked = time.perf_counter(), time.process_time()
    record_tracking(ACTOR, source="bench", format_="standard", reports=reports, now=at)
    new_s, cpu_s = time.perf_counter() - begun, time.process_time() - worked
    begun = time.perf_counter()
    record_tracking(ACTOR, source="bench", format_="standard", reports=reports, now=at)
    again_s = time.perf_counter() - begun
    alone = [
        Report(tracking_number=f"SF{parcels + number}", codes=("delivered",), at=left_at + timedelta(hours=9))
        for number in range(1, singly + 1)
    ]
    begun = time.perf_counter()
    for one in alone:
        record_tracking(ACTOR, source="bench", format_="standard", reports=[one], now=at)
    found = {
        "new_s": round(new_s, 3),
        "cpu_s": round(cpu_s, 3),
        "again_s": round(again_s, 3),
        "one_s": round((time.perf_counter() - begun) / singly, 5),
        "delivered": Shipment.objects.filter(state="delivered").count(),
    }
    print(json.dumps(found))


main()
