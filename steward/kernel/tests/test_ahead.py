"""Reading ahead gives the same items, the same errors, and stops when nobody listens any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from steward.kernel.ahead import read_ahead


def test_items_come_in_their_order_whatever_the_size_of_a_lot() -> None:
    for at_once in (1, 3, 100):
        assert list(read_ahead(range(10), at_once=at_once, ahead=2)) == list(range(10))


def test_an_error_is_raised_behind_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    seen: list[int] = []
    with pytest.raises(ValueError, match="the third"):
        seen.extend(read_ahead(broken(), at_once=10, ahead=2))
    items = read_ahead(broken(), at_once=10, ahead=2)
    assert [next(items), next(items)] == [1, 2]


def test_it_works_in_another_thread_and_no_further_than_allowed() -> None:
    reached: list[int] = []
    threads = set()

    def counted() -> Iterator[int]:
        for number in range(1_000):
            threads.add(threading.current_thread().name)
            reached.append(number)
            yield number

    with closing(read_ahead(counted(), at_once=10, ahead=2)) as items:
        assert next(items) == 0
    # One lot in hand, two waiting, one about to be put, and one item more.
    assert len(reached) <= 4 * 10 + 1
    assert threads == {"read-ahead"}


def test_who_stops_early_stops_the_thread() -> None:
    with closing(read_ahead(iter(range(1_000_000)), at_once=10, ahead=2)) as items:
        next(items)
    assert "read-ahead" not in {thread.name for thread in threading.enumerate()}
