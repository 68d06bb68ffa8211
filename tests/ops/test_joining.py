"""A job of a handler takes on what waits for the same handler; nothing is lost, whatever fails."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from steward.kernel import events, joining, tasks
from steward.modules.catalog.events import ItemCreated
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)
HEARD: list[list[int]] = []
ME = f"{__name__}.hear"
OTHER = f"{__name__}.hear_other"


@pytest.fixture(autouse=True)
def _silence() -> None:
    HEARD.clear()


def hear(heard: Sequence[ItemCreated]) -> None:
    """Write down what was heard; what nobody can handle breaks the whole batch."""
    HEARD.append([event.item_id for event in heard])
    if any(event.sku == "bad" for event in heard):
        raise ValueError("bad")


def hear_other(heard: Sequence[ItemCreated]) -> None:
    """Never called here."""
    raise AssertionError(heard)


def rows(sql: str, *values: str | int) -> list[tuple[Any, ...]]:
    """Ask the database."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall()) if cursor.description else []


def job(*items: int, handler: str = ME, sku: str = "good", attempts: int = 0) -> int:
    """Queue a job with one event per item."""
    with transaction.atomic():
        ids = events.record(make.TESTER, [ItemCreated(item_id=item, sku=sku, origin="catalog") for item in items])
        rows("DELETE FROM procrastinate_jobs WHERE args ->> 'handler' NOT LIKE %s", f"{__name__}%")
    [(id_,)] = rows(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, attempts)"
        " VALUES ('events', %s, %s, %s) RETURNING id",
        tasks.handle_events.name,
        json.dumps({"handler": handler, "event_ids": ids}),
        attempts,
    )
    return int(id_)


def args(id_: int) -> dict[str, Any]:
    """Read what a job is to do."""
    return dict(json.loads(rows("SELECT args::text FROM procrastinate_jobs WHERE id = %s", id_)[0][0]))


def work(id_: int) -> None:
    """Take a job and run it as a worker does."""
    [(attempts,)] = rows("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s RETURNING attempts", id_)
    name = tasks.handle_events.name
    taken = Job(id=id_, queue="events", lock=None, queueing_lock=None, task_name=name, attempts=attempts)
    tasks.handle_events.func(JobContext(app=app, job=taken, start_timestamp=0, abort_reason=lambda: None), **args(id_))


def waiting() -> list[list[int]]:
    """List the items that the jobs that wait tell of."""
    found = rows(
        "SELECT array(SELECT subject_id FROM kernel_event WHERE args -> 'event_ids' @> to_jsonb(kernel_event.id)"
        " ORDER BY id) FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
    )
    return [list(row[0]) for row in found]


def test_what_waits_for_the_same_handler_is_worked_in_one_batch() -> None:
    first = job(1)
    for items in ((2,), (3, 4)):
        job(*items)
    work(first)
    assert HEARD == [[1, 2, 3, 4]]
    assert waiting() == []


def test_what_waits_for_another_or_for_its_next_try_is_left() -> None:
    first = job(1)
    job(2, handler=OTHER)
    job(3, attempts=1)
    work(first)
    assert HEARD == [[1]]
    assert waiting() == [[2], [3]]


def test_a_batch_that_fails_is_parted_so_that_the_bad_part_stands_alone() -> None:
    first = job(1)
    job(2, sku="bad")
    job(3)
    with pytest.raises(ValueError, match="bad"):
        work(first)
    assert (len(args(first)["event_ids"]), len(args(first)["parts"])) == (1, 1)
    assert waiting() == [[2], [3]]


def test_what_was_parted_is_not_joined_again() -> None:
    first = job(1)
    job(2, sku="bad")
    with pytest.raises(ValueError, match="bad"):
        work(first)
    HEARD.clear()
    work(job(3))
    assert (HEARD, waiting()) == ([[3]], [[2]])


def test_what_a_killed_worker_had_taken_on_is_parted_and_not_lost() -> None:
    first = job(1)
    job(2)
    rows("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", first)
    joining.join(first, ME, args(first)["event_ids"])
    assert (waiting(), HEARD) == ([], [])
    rows("UPDATE procrastinate_jobs SET attempts = 1 WHERE id = %s", first)
    work(first)
    assert (HEARD, waiting()) == ([[1]], [[2]])


def test_a_job_that_was_taken_from_its_worker_takes_nothing_on() -> None:
    first = job(1)
    job(2)
    assert joining.join(first, ME, args(first)["event_ids"]) == [args(first)["event_ids"]]
    assert waiting() == [[1], [2]]
