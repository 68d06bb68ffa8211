"""Signed links: what was signed is read, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from steward.modules.messaging.rules import signed_links

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OLD, NEW = {1: b"o" * 32}, {1: b"o" * 32, 2: b"n" * 32}


def token(purpose: str = "order", subject_id: int = 7, keys: dict[int, bytes] = NEW) -> str:
    return signed_links.token(purpose, subject_id, issued_at=NOW, expires_at=NOW + timedelta(days=1), keys=keys)


@given(some.integers(0, 2**62), some.sampled_from(["order", "stock_offer", "stop.order_paid"]))
def test_what_was_signed_is_read_back(subject_id: int, purpose: str) -> None:
    link = signed_links.read(token(purpose, subject_id), keys=NEW, now=NOW).link

    assert link is not None
    assert (link.purpose, link.subject_id, link.key_version, link.issued_at) == (purpose, subject_id, 2, NOW)


@given(some.integers(0, 400), some.characters(min_codepoint=33, max_codepoint=126))
def test_a_link_with_one_letter_changed_is_broken(place: int, letter: str) -> None:
    whole = token()
    place %= len(whole)
    changed = whole[:place] + letter + whole[place + 1 :]
    reading = signed_links.read(changed, keys=NEW, now=NOW)

    # The last letter of a group carries bits that mean nothing: such a change says the same.
    if changed != whole and reading.link is not None:
        assert reading.link == signed_links.read(whole, keys=NEW, now=NOW).link
        assert place == len(whole) - 1


@given(some.text(max_size=300))
def test_anything_else_is_broken_and_never_an_error(text: str) -> None:
    assert signed_links.read(text, keys=NEW, now=NOW).fault == "broken"


def test_a_link_ends_when_it_says() -> None:
    last = NOW + timedelta(days=1)

    assert signed_links.read(token(), keys=NEW, now=last - timedelta(seconds=1)).fault == ""
    assert signed_links.read(token(), keys=NEW, now=last).fault == "expired"


def test_links_of_the_old_key_open_after_rotation_until_the_key_is_thrown_away() -> None:
    old = token(keys=OLD)

    assert signed_links.read(old, keys=NEW, now=NOW).fault == ""
    assert signed_links.read(old, keys={2: b"n" * 32}, now=NOW).fault == "broken"
    assert signed_links.read(old, keys={1: b"x" * 32}, now=NOW).fault == "broken"


@pytest.mark.parametrize("purpose", ["", "Order", "order/7", "a" * 60])
def test_a_purpose_is_a_code(purpose: str) -> None:
    with pytest.raises(ValueError, match="no purpose"):
        token(purpose)
