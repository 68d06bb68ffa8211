"""What a station offers, how far it is, what a code means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from steward.modules.people.rules import stations as rules
from steward.modules.people.rules.calendars import Span

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_every_slot_from_the_opening_on_that_fits_is_offered() -> None:
    spans = [Span(NINE, NINE + timedelta(minutes=100))]
    found = rules.starts_within(spans, slot_min=30, duration_min=45)
    assert [(one.starts_at - NINE).seconds // 60 for one in found] == [0, 30]
    assert all(one.ends_at - one.starts_at == timedelta(minutes=45) for one in found)


def test_hangzhou_lies_some_160_km_from_shanghai() -> None:
    assert rules.distance_km((30.27, 120.15), (31.23, 121.47)) == pytest.approx(165, abs=3)


def test_a_code_is_read_however_it_is_typed_or_scanned() -> None:
    code = rules.new_code()
    for text in (code.lower(), f" {rules.written_code(code)} ", f"https://shop.example/v/{code}"):
        assert rules.read_code(text) == code
    assert [rules.read_code(text) for text in ("", "13812345521", "SO-2026-000001", "OOOOOOOO")] == [""] * 4


def test_what_is_over_does_not_begin_again() -> None:
    ended = [state for state, _verb in rules.TRANSITIONS]
    assert "done" not in ended
    assert "cancelled" not in ended
