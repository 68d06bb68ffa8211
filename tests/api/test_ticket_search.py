"""Programs search tickets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from steward.modules.desk.commands.indexing import read_texts
from steward.modules.desk.tests import words
from tests import make
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db


def test_words_are_found_page_by_page_with_their_filters() -> None:
    caller = Caller("tickets.view")
    said = [
        words.word(
            f"第{n}次催退款", customer_id=words.customer(f"+8613800000{n:03d}"), at=make.NOW + timedelta(hours=n)
        )
        for n in range(3)
    ]
    ids = [one.ticket_id for one in words.said(*said)]
    read_texts(words.DESK, now=make.NOW + timedelta(hours=9))

    first = caller.get("tickets/search?q=退款&sort=newest&limit=2").json()
    rest = caller.get(f"tickets/search?q=退款&sort=newest&limit=2&after={first['next_after']}").json()

    assert [row["ticket"]["id"] for row in first["rows"] + rest["rows"]] == ids[::-1]
    assert [piece["text"] for piece in first["rows"][0]["pieces"] if piece["marked"]] == ["退款"]
    assert caller.get("tickets/search?q=退款&channel=email").json()["rows"] == []
    assert caller.get("tickets/search?q=13800000001").json()["searches"] is False


def test_what_is_unfit_is_refused() -> None:
    assert Caller("orders.view").get("tickets/search?q=退款").status_code == 403
    assert Caller("tickets.view").get("tickets/search?q=退款&state=lost").status_code == 422
    assert Caller("tickets.view").get("tickets/search").status_code == 422
