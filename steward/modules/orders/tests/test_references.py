"""What orders and lines refer to is there, and stays there, though no foreign key of PostgreSQL says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from steward.modules.catalog.models import Item, Shop
from steward.modules.customers.models import Customer
from steward.modules.orders.models import Line, Order
from tests import make

pytestmark = pytest.mark.django_db

NOBODY = 999_999_999
REFERENCES = (
    ("orders_order", "shop_id", Shop),
    ("orders_order", "customer_id", Customer),
    ("orders_line", "order_id", Order),
    ("orders_line", "item_id", Item),
)


@pytest.fixture(autouse=True)
def _order() -> None:
    make.item(stock=5)
    make.order()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def run(statement: str, *values: Any) -> int:
    """Run a statement with all its checks. Returns how many rows it changed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def tent() -> Item:
    """Return the item that was bought."""
    return Item.objects.get(sku="TENT-2")


def test_a_line_of_no_order_is_refused() -> None:
    with pytest.raises(IntegrityError, match="order_id 999999999 is not in orders_order"):
        Line.objects.create(order_id=NOBODY, position=1, item_id=tent().id, quantity=1, unit_price_minor=1)


def test_one_missing_item_among_many_lines_is_refused_and_none_is_kept() -> None:
    order, item = Order.objects.get(), tent()
    lines = [
        Line(order=order, position=n, item_id=id_, quantity=1, unit_price_minor=1)
        for n, id_ in enumerate([item.id, NOBODY, item.id], 2)
    ]

    with pytest.raises(IntegrityError, match="item_id 999999999 is not in catalog_item"), transaction.atomic():
        Line.objects.bulk_create(lines)

    assert Line.objects.count() == 1


@pytest.mark.parametrize(("table", "column"), [one[:2] for one in REFERENCES])
def test_a_row_cannot_come_to_refer_to_nothing(table: str, column: str) -> None:
    with pytest.raises(IntegrityError, match=f"{column} {NOBODY} is not in"):
        run(f"UPDATE {table} SET {column} = %s", NOBODY)


@pytest.fixture
def _alone() -> Iterator[None]:
    """Keep the foreign keys of other tables, and what else hangs on a change, out of it."""
    with connection.cursor() as cursor:
        for table, column, parent in REFERENCES:
            for name in (f"{table}_{column}_kept", f"{table}_{column}_kept_id"):
                cursor.execute(f"ALTER TABLE {parent._meta.db_table} ENABLE ALWAYS TRIGGER {name}")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.usefixtures("_alone")
@pytest.mark.parametrize(("table", "column", "parent"), REFERENCES)
@pytest.mark.parametrize("statement", ["DELETE FROM {} WHERE id = %s", "UPDATE {} SET id = -id WHERE id = %s"])
def test_what_is_referred_to_cannot_go(table: str, column: str, parent: type[Model], statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        [id_] = cursor.fetchone()

    with pytest.raises(IntegrityError, match=f"{table} still refers to {id_}"):
        run(statement.format(parent._meta.db_table), id_)


@pytest.mark.parametrize("parent", ["catalog_shop", "customers_customer", "orders_order", "catalog_item"])
def test_what_is_referred_to_cannot_be_emptied(parent: str) -> None:
    with pytest.raises(IntegrityError, match="still refers to"):
        run(f"TRUNCATE {parent} CASCADE")


def test_all_of_it_can_be_emptied_together() -> None:
    run("TRUNCATE orders_order, orders_line, customers_customer CASCADE")

    assert not Line.objects.exists()


def test_an_order_may_name_no_customer() -> None:
    assert run("UPDATE orders_order SET customer_id = NULL") == 1


def test_an_order_goes_with_its_lines() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("DELETE FROM orders_order")
        cursor.execute("DELETE FROM orders_line")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert not Order.objects.exists()


def test_checks_find_their_tables_whatever_the_search_path_is() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = pg_catalog")
    with pytest.raises(IntegrityError, match="order_id 999999999 is not in orders_order"):
        run("UPDATE public.orders_line SET order_id = %s", NOBODY)


def test_every_check_brings_its_own_search_path() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc JOIN pg_trigger ON tgfoid = pg_proc.oid"
            " WHERE proname ~ '^orders_(order|line)_(added|.*_(refers|kept))$' AND proconfig IS NULL"
        )
        assert cursor.fetchall() == []
