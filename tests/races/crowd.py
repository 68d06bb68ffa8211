"""Several database connections at work at once, and what must hold when they are done."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import psycopg
from django.db import connection, transaction

from steward.modules.inventory import queries as inventory
from steward.modules.inventory.models import Promise
from steward.modules.orders.models import Line, Order

PATIENCE_S = 30
T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T]:
    """Do all of it at once, each on a connection of its own; an error of any is raised here."""
    start = threading.Barrier(len(works))

    def one(work: Callable[[], T]) -> T:
        try:
            start.wait(PATIENCE_S)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(one, work) for work in works]]


def another_line(*, autocommit: bool = True) -> psycopg.Connection:
    """Connect to the test's database beside Django."""
    parameters = connection.get_connection_params()
    wanted = {key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if parameters.get(key)}
    return psycopg.connect(**wanted, autocommit=autocommit)


@contextmanager
def stock_locked() -> Iterator[Callable[[int], None]]:
    """Hold all promise rows, as a slow order would; gives a wait until so many others queue for them.

    What queues there has looked for what it repeats and found nothing, so that all of it believes to be the first.
    """
    with another_line(autocommit=False) as holder, another_line() as watch:
        holder.execute("SELECT FROM inventory_promise FOR UPDATE")
        yield partial(wait_for_queue, watch)


def wait_for_queue(watch: psycopg.Connection, others: int) -> None:
    """Wait until so many connections wait for a lock."""
    deadline = time.monotonic() + PATIENCE_S
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while watch.execute(query).fetchall() != [(others,)]:
        assert time.monotonic() < deadline, "they did not meet in time"
        time.sleep(0.01)


def behind(first: Callable[[], object], second: Callable[[], T], *, last: Callable[[], object] | None = None) -> T:
    """Do the first, and commit it only once the second, on a connection of its own, waits for it.

    `last` belongs to what the first does, and comes when the second waits: it must not wait for the second.
    """
    with ThreadPoolExecutor(1) as pool:
        with another_line() as watch, transaction.atomic():
            first()
            answer: Future[list[T]] = pool.submit(at_once, second)
            wait_for_queue(watch, 1)
            if last is not None:
                last()
        return answer.result(PATIENCE_S)[0]


def meeting(*works: Callable[[], T]) -> list[T]:
    """Let all of them come as far as the stock before the first may go on."""
    with ThreadPoolExecutor(1) as pool:
        with stock_locked() as wait_for:
            answers: Future[list[T]] = pool.submit(at_once, *works)
            wait_for(len(works))
        return answers.result(PATIENCE_S)


def in_turn(*works: Callable[[], T]) -> list[T]:
    """Let them queue for the stock one after the other, each only once those before it wait, and then go on."""
    with ThreadPoolExecutor(len(works)) as pool:
        with stock_locked() as wait_for:
            answers: list[Future[list[T]]] = []
            for work in works:
                answers.append(pool.submit(at_once, work))
                wait_for(len(answers))
        return [answer.result(PATIENCE_S)[0] for answer in answers]


def assert_balanced() -> None:
    """Assert that nothing is oversold, the ledgers prove all balances, and orders have just what they were promised."""
    rows = list(Promise.objects.values_list("promised", "sellable"))
    assert all(0 <= promised <= sellable for promised, sellable in rows)
    assert inventory.differences() == []
    assert promised_units() == wanted_units(
        Order.objects.filter(fulfilment_state="promised").values_list("id", flat=True)
    )


def promised_units() -> dict[int, dict[int, int]]:
    """Sum the promise ledger: order → item → units, without what was given back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry.order_id, promise.item_id, sum(entry.quantity)::integer "
            "FROM inventory_promise_entry AS entry JOIN inventory_promise AS promise ON promise.id = entry.promise_id "
            "GROUP BY 1, 2 HAVING sum(entry.quantity) <> 0"
        )
        found: dict[int, dict[int, int]] = defaultdict(dict)
        for order_id, item_id, units in cursor.fetchall():
            found[order_id][item_id] = units
        return dict(found)


def wanted_units(order_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """Sum the lines of orders: order → item → units."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for order_id, item_id, units in Line.objects.filter(order_id__in=list(order_ids)).values_list(
        "order_id", "item_id", "quantity"
    ):
        found[order_id][item_id] += units
    return {order_id: dict(units) for order_id, units in found.items()}
