"""Every few seconds one of all workers does what is due; when it dies another goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

from steward.kernel import ticks
from steward.kernel.database import direct

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'steward-ticks'"


class Counted:
    """Something that is done at each beat."""

    def __init__(self) -> None:
        self.times, self.first = 0, threading.Event()

    def __call__(self) -> int:
        self.times += 1
        self.first.set()
        return 1


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> dict[str, ticks.Work]:
    """Keep the ticks of the modules out of the way."""
    own: dict[str, ticks.Work] = {}
    monkeypatch.setattr(ticks, "_works", own)
    return own


@pytest.fixture
def tickers() -> Iterator[list[ticks.Ticker]]:
    """Give two workers' tickers; close them at the end."""
    both = [ticks.Ticker(), ticks.Ticker()]
    yield both
    for one in both:
        one.close()


def test_of_two_workers_one_ticks(works: dict[str, ticks.Work], tickers: list[ticks.Ticker]) -> None:
    counted = Counted()
    works["count"] = counted
    assert [one.beat() for one in (*tickers, *tickers)] == [True, False, True, False]
    assert counted.times == 2


def test_another_goes_on_when_the_leader_has_gone(works: dict[str, ticks.Work], tickers: list[ticks.Ticker]) -> None:
    first, second = tickers
    first.beat()
    first.close()
    assert second.beat()


def test_a_leader_whose_connection_was_cut_leads_no_more_until_it_asks_again(
    works: dict[str, ticks.Work], tickers: list[ticks.Ticker]
) -> None:
    first, second = tickers
    first.beat()
    with psycopg.connect(**direct.connection_params(application="tests"), autocommit=True) as own:
        own.execute(ADMIN)
    assert not first.beat()
    assert second.beat()
    assert not first.beat()


def test_what_fails_keeps_neither_the_others_nor_the_next_beat_from_working(
    works: dict[str, ticks.Work], tickers: list[ticks.Ticker]
) -> None:
    counted = Counted()

    def broken() -> int:
        raise ValueError("broken")

    works["broken"] = broken
    works["count"] = counted
    failed = ticks.FAILED.labels("broken")._value.get()
    tickers[0].beat()
    tickers[0].beat()
    assert counted.times == 2
    assert ticks.FAILED.labels("broken")._value.get() == failed + 2


def test_it_stops_when_told_to(works: dict[str, ticks.Work], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "TICK_S", 0.01)
    counted, stopping = Counted(), threading.Event()
    works["count"] = counted
    ticker = ticks.Ticker()
    thread = threading.Thread(target=ticker.run, args=(stopping,))
    thread.start()
    assert counted.first.wait(10)
    stopping.set()
    thread.join(10)
    assert not thread.is_alive()
    assert not ticker.leads


def test_what_nobody_foresaw_does_not_end_the_beats(
    works: dict[str, ticks.Work], tickers: list[ticks.Ticker], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: somebody has put nonsense where the database's address should be
    counted, stopping = Counted(), threading.Event()
    works["count"] = counted
    monkeypatch.setattr(ticks, "TICK_S", 0.01)
    beats = threading.Thread(target=tickers[0].run, args=[stopping])
    with monkeypatch.context() as nonsense:
        nonsense.setenv("DATABASE_DIRECT_URL", "nonsense")
        beats.start()
        assert not counted.first.wait(0.2)

    # when: it is mended; then: the beats go on by themselves
    assert counted.first.wait(20)
    stopping.set()
    beats.join(20)


def test_what_the_address_says_of_the_connection_counts(
    tickers: list[ticks.Ticker], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = connection.settings_dict
    where = f"host={quote(database['HOST'], safe='')}&port={database['PORT']}"
    address = f"postgresql://{database['USER']}@/{database['NAME']}?{where}&connect_timeout=7"
    monkeypatch.setenv("DATABASE_DIRECT_URL", address)

    tickers[0].beat()

    own = tickers[0]._connection
    assert own is not None
    assert own.info.get_parameters()["connect_timeout"] == "7"
