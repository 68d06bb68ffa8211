"""Reading ahead."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from steward.modules.orders.commands.reading_ahead import PARCEL, PARCELS_AHEAD, ahead


def test_keeps_the_order() -> None:
    assert list(ahead(one for one in range(1_234))) == list(range(1_234))


def test_hands_on_what_came_before_a_failure_and_then_the_failure() -> None:
    def source() -> Generator[int, None, None]:
        yield from range(250)
        raise ValueError("broken")

    seen = []
    with pytest.raises(ValueError, match="broken"):
        for one in ahead(source()):
            seen.append(one)
    assert seen == list(range(250))


def test_reads_no_further_than_a_few_parcels() -> None:
    read = []

    def source() -> Generator[int, None, None]:
        for one in range(100_000):
            read.append(one)
            yield one

    reading = ahead(source())
    next(reading)
    reading.close()
    assert len(read) <= PARCEL * (PARCELS_AHEAD + 3)
    assert not [thread for thread in threading.enumerate() if thread.name == "reading-ahead"]
