"""Movements written before there were stock rows become lots and stock rows that prove themselves."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from steward.modules.inventory import queries
from steward.modules.inventory.models import Movement, Stock, Warehouse, Zone

BEFORE, AFTER = ("inventory", "0002_room_to_update_in_place"), ("inventory", "0006_stock_notices")
OLD = """
INSERT INTO catalog_item (id, sku, name_zh, name_en, stocked, storage_class, price_minor, currency, weight_g, barcode,
                          usual_quantity, origin, active)
VALUES (1, 'TENT', '帐篷', '', true, 'ambient', 1, 'CNY', 1, '', 0, 'catalog', true),
       (2, 'HAM', '火腿', '', true, 'chilled', 1, 'CNY', 1, '', 0, 'catalog', true);
INSERT INTO inventory_warehouse (id, code, name, district_code, pool)
VALUES (1, 'hangzhou', '杭州仓', '330110', 'main'), (2, 'chengdu', '成都仓', '', 'main');
INSERT INTO inventory_movement (item_id, warehouse_id, kind, quantity, reference, reason, actor)
VALUES (1, 1, 'received', 10, 'PO-1', '', 'a'), (1, 1, 'shipped', -3, '', '', 'a'),
       (1, 2, 'received', 5, 'PO-2', '', 'a'), (2, 1, 'received', 4, 'PO-3', '', 'a'),
       (1, 2, 'adjusted', -6, '', '盘点', 'a');
INSERT INTO inventory_promise (item_id, pool, sellable, promised) VALUES (1, 'main', 6, 0), (2, 'main', 4, 0);
"""


def migrate(target: tuple[str, str]) -> None:
    """Bring the database to a state of the inventory's history."""
    MigrationExecutor(connection).migrate([target])


@pytest.mark.django_db(transaction=True)
def test_old_movements_become_stock_rows_that_prove_themselves() -> None:
    migrate(BEFORE)
    with connection.cursor() as cursor:
        cursor.execute(OLD)

    migrate(AFTER)

    rows = Stock.objects.values_list("item_id", "warehouse__code", "lot__code", "on_hand", "allow_backorder")
    assert sorted(rows) == [(1, "chengdu", "", -1, True), (1, "hangzhou", "", 7, False), (2, "hangzhou", "", 4, False)]
    assert list(Movement.objects.order_by("id").values_list("on_hand_after", flat=True)) == [10, 7, 5, 4, -1]
    zones = Zone.objects.values_list("warehouse__code", "storage_class")
    assert sorted(zones) == [("chengdu", "ambient"), ("hangzhou", "ambient"), ("hangzhou", "chilled")]
    assert round(Warehouse.objects.get(code="hangzhou").latitude or 0) == 30
    assert queries.differences() == []
