"""Programs keep standard answers and use them on tickets."""

from __future__ import annotations

import pytest

from tests.api.caller import Caller
from tests.api.test_tickets import opened

pytestmark = pytest.mark.django_db
ANSWER = {"titles": {"zh_hans": "催件"}, "bodies": {"zh_hans": "{{ticket_number}} 已催"}, "category": "logistics"}


def test_a_standard_answer_is_written_used_and_put_away() -> None:
    caller = Caller("tickets.view", "tickets.work", "settings.desk")
    number = opened(caller)

    saved = caller.put("standard-answers/late", ANSWER).json()
    used = caller.post(f"tickets/{number}/standard-answers/late", {}).json()
    listed = caller.get("standard-answers").json()
    gone = caller.post("standard-answers/late/retire").json()

    assert saved["bodies"] == {"zh-hans": "{{ticket_number}} 已催"}
    assert used == {"then": "", "text": f"{number} 已催"}
    assert [(one["code"], one["uses"]) for one in listed] == [("late", 1)]
    assert caller.get(f"tickets/{number}").json()["category"] == "logistics"
    assert gone["is_active"] is False
    assert caller.post(f"tickets/{number}/standard-answers/late", {}).status_code == 403


def test_a_standard_answer_without_words_or_with_a_strange_variable_is_refused() -> None:
    caller = Caller("settings.desk")

    answer = caller.put("standard-answers/late", {"titles": {}, "bodies": {"en": "{{phone}}"}})

    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["findings"]} == {"titles", "bodies"}
