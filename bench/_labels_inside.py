"""The part of the bench inside Django: orders with addresses, their parcels, and the prints. One line of JSON."""

import json
import sys
import time

import django

django.setup()

from django.core.files.storage import default_storage  # noqa: E402
from django.db import connection  # noqa: E402

from steward.kernel.actor import system  # noqa: E402
from steward.kernel.moment import now  # noqa: E402
from steward.modules.catalog import commands as catalog  # noqa: E402
from steward.modules.logistics.commands import printing  # noqa: E402
from steward.modules.logistics.models import PrintRun, Shipment  # noqa: E402
from steward.modules.orders.commands.intake import Intake  # noqa: E402
from steward.modules.orders.commands.receive import receive_orders  # noqa: E402
from steward.modules.orders.rules.drafts import BuyerDraft, LineDraft, OrderDraft, RecipientDraft  # noqa: E402

ACTOR = system("bench")
FILL = (
    """INSERT INTO inventory_warehouse (code, name, district_code, pool, daily_capacity) VALUES ('hz', '杭州仓',
    '330106', 'main', 0)""",
    """INSERT INTO logistics_carrier (code, name, name_en, state, state_reason, website, note) VALUES ('sf',
    '顺丰速运', '', 'active', '', '', '')""",
    """INSERT INTO logistics_service (carrier_id, code, name, name_en, storage_classes, max_weight_g,
    max_length_mm, max_sides_mm, volumetric_divisor, capacity_per_day, active) SELECT min(id), 'sf-std', '标快',
    '', '{ambient}', 0, 0, 0, 0, 0, true FROM logistics_carrier""",
    """INSERT INTO logistics_shipment (id, number, order_id, order_number, direction, warehouse_id, service_id,
    state, state_since, district_code, storage_class, planned_at, picked_by, packed_by, price_minor, currency,
    trouble, simulated) SELECT id, 'SH-' || id, id, number, 'outbound', (SELECT min(id) FROM inventory_warehouse
    WHERE code = 'hz'), (SELECT min(id) FROM logistics_service), 'packed', now(), '330106', 'ambient', now(),
    '', '', 0, 'CNY', '', false FROM orders_order""",
    """INSERT INTO logistics_parcel (shipment_id, position, code, carrier_id, tracking_number, weight_g, length_mm,
    width_mm, height_mm, state, going_back) SELECT id, 1, number || '-1', (SELECT min(id) FROM
    logistics_carrier), 'SF' || (1000000000000 + id), 2400, 0, 0, 0, '', false FROM logistics_shipment""",
)


def draft(number: int) -> OrderDraft:
    """Write an order with an address of its own."""
    phone = f"138{number:08d}"
    return OrderDraft(
        shop="own",
        external_number=f"B-{number}",
        placed_at=now(),
        currency="CNY",
        lines=[LineDraft(sku="TENT", quantity=1, unit_price_minor=100)],
        buyer=BuyerDraft(external_id=f"b{number}", name=f"欧阳{number}", phone=phone),
        recipient=RecipientDraft(
            name=f"欧阳{number}",
            phone=phone,
            province="浙江省",
            city="杭州市",
            district="西湖区",
            street=f"文三路 {number} 号 5 幢 201 室",
        ),
    )


def printed(numbers: list[str], format_: str) -> tuple[float, int]:
    """Ask for a print and make it. Returns seconds and the run's id."""
    run_id = printing.request_print(ACTOR, kind="labels", numbers=numbers, now=now(), format_=format_, later=False)
    begun = time.perf_counter()
    printing.run_print(run_id, now())
    return time.perf_counter() - begun, run_id


def main() -> None:
    """Print one label, all of them, and all of them as ZPL."""
    count = int(sys.argv[1])
    catalog.create_items(ACTOR, items=[catalog.ItemDraft(sku="TENT", name_zh="帐篷", stocked=False)])
    for start in range(0, count, 500):
        part = [Intake(draft=draft(number), source="api") for number in range(start, min(start + 500, count))]
        receive_orders(ACTOR, intakes=part, now=now())
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement)
    numbers = list(Shipment.objects.order_by("id").values_list("number", flat=True))
    printed(numbers[:1], "pdf")
    one_s = min(printed([number], "pdf")[0] for number in numbers[1:6])
    pdf_s, run_id = printed(numbers, "pdf")
    zpl_s, _zpl = printed(numbers, "zpl")
    found = {
        "pdf_s": round(pdf_s, 2),
        "zpl_s": round(zpl_s, 2),
        "one_s": round(one_s, 3),
        "kilobytes": default_storage.size(PrintRun.objects.get(id=run_id).stored_file) // 1_024,
        "steps": -(-count // printing.AT_ONCE),
    }
    print(json.dumps(found))


main()
