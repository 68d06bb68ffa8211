"""A telephone system tells of calls: in any order, twice, as nonsense; clocks, pops and call backs follow."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from steward.kernel import moment
from steward.modules.deadlines.queries import clocks_of
from steward.modules.desk.commands.call_clocks import end_missed
from steward.modules.desk.commands.call_work import set_extensions
from steward.modules.desk.models import Call, CallBack
from steward.modules.desk.queries import calls
from steward.modules.messaging.commands.accounts import save_account
from steward.modules.messaging.queries import notices
from tests import channel_calls, make

pytestmark = pytest.mark.django_db
DOOR = "/webhooks/channels/phone/pbx"
NUMBER = "13812345521"


def opened() -> int:
    """Connect a telephone system; extension 801 is Wang's."""
    facts = channel_calls.FACTS["phone"]
    save_account(make.TESTER, kind="phone", code="pbx", name="PBX", facts=facts, now=moment.now())
    wang = make.staff("wang", locale="en").staff_id or 0
    set_extensions(make.TESTER, box="pbx", owners={"801": wang})
    return wang


def event(kind: str, ago_s: int, call_id: str = "c-1", **facts: str) -> dict[str, Any]:
    at = (moment.now() - timedelta(seconds=ago_s)).isoformat()
    return {"call_id": call_id, "event": kind, "at": at, "number": NUMBER} | facts


def tell(*events: dict[str, Any]) -> Any:
    headers, body = channel_calls.signed({"data": list(events)}, at=moment.now())
    return Client().post(DOOR, body, content_type="application/json", headers=headers)


def test_an_answered_call_keeps_its_clock_and_rings_for_its_agent() -> None:
    wang = opened()

    assert tell(event("ring", 20, extension="801")).json() == {"outcome": "recorded", "changed": 1}
    (ringing,) = calls.calls_for(wang, now=moment.now())
    tell(event("answer", 10, extension="801"))

    assert (ringing.state, ringing.caller[-11:]) == ("ringing", "138****5521")
    (clock,) = clocks_of("call", ringing.id)
    assert clock.outcome == "met"
    told = notices.notices(wang, locale="en", time_zone="UTC", limit=5)
    assert [one.subject_kind for one in told] == ["call"]


def test_any_order_and_any_repetition_make_the_same_call() -> None:
    opened()
    events = [event("ring", 100, extension="801"), event("answer", 60), event("hang_up", 5)]
    stories = set()
    for place, order in enumerate(itertools.permutations(events)):
        for one in (*order, order[0]):
            tell(one | {"call_id": f"c-{place}"})
        row = Call.objects.get(external_id=f"c-{place}")
        (clock,) = clocks_of("call", row.id)
        stories.add((row.state, row.rang_at, row.answered_at, row.ended_at, clock.outcome))

    assert [(state, outcome) for state, *_, outcome in stories] == [("ended", "breached")]
    assert CallBack.objects.filter(state="open").count() == 0


def test_an_answer_that_is_told_late_still_counts() -> None:
    opened()
    for place, ended_ago_s in enumerate((80, 20)):
        call_id = f"c-{place}"
        tell(event("ring", 100, call_id), event("hang_up", ended_ago_s, call_id))
        tell(event("answer", 88, call_id))
        row = Call.objects.get(external_id=call_id)
        assert (row.state, clocks_of("call", row.id)[-1].outcome) == ("ended", "met")


def test_the_clock_of_a_caller_who_waited_in_vain_ends_some_minutes_after() -> None:
    opened()
    tell(event("ring", 100), event("hang_up", 20))
    (before,) = clocks_of("call", Call.objects.get().id)

    ended = [end_missed(make.TESTER, now=moment.now() + timedelta(minutes=minutes)) for minutes in (1, 11, 12)]

    (after,) = clocks_of("call", Call.objects.get().id)
    assert (ended, before.stopped_at, after.outcome) == ([0, 1, 0], None, "breached")


def test_a_missed_call_asks_for_one_call_back_until_somebody_speaks_with_them() -> None:
    opened()
    for place in (1, 2):
        tell(event("ring", 300, f"c-{place}"), event("hang_up", 280, f"c-{place}", reason="abandoned"))

    (waiting,) = calls.call_backs()
    assert (waiting.missed, waiting.caller[-11:]) == (2, "138****5521")
    assert [one.outcome for one in clocks_of("call", waiting.call_id)] == ["cancelled"]
    tell(event("ring", 30, "out", direction="out"), event("answer", 20, "out", direction="out"))
    assert calls.call_backs() == []


def test_a_withheld_number_is_recorded_and_nobody_is_called_back() -> None:
    opened()
    tell(event("ring", 30, number=""), event("hang_up", 10, number="anonymous"))

    assert (Call.objects.get().state, Call.objects.get().customer_id) == ("missed", None)
    assert CallBack.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"call_id": " "},
        {"event": "sneeze"},
        {"at": "2026-03-02T10:00:00"},
        {"at": "2016-03-02T10:00:00Z"},
        {"event": "record", "recording_url": "javascript:alert(1)"},
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_kept(wrong: dict[str, str]) -> None:
    opened()

    answer = tell(event("ring", 10), event("ring", 10, "c-2") | wrong)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert Call.objects.count() == 0


def test_who_does_not_sign_is_not_believed() -> None:
    opened()

    assert Client().post(DOOR, b'{"data": []}', content_type="application/json").status_code == 401
    assert Client().get(DOOR).status_code == 405
    assert Client().post("/webhooks/channels/phone/other").status_code == 404


def test_no_call_of_the_system_breaks_the_door() -> None:
    opened()

    @settings(max_examples=20)
    @given(
        st.lists(
            st.fixed_dictionaries(
                {"call_id": st.text(max_size=3), "event": st.sampled_from(["ring", "answer", "hold", "hang_up", "x"])},
                optional={
                    "number": st.text(max_size=8),
                    "extension": st.text(max_size=3),
                    "agent": st.text(max_size=4),
                },
            ),
            max_size=3,
        )
    )
    def bombard(events: list[dict[str, str]]) -> None:
        at = moment.now().isoformat()
        assert tell(*({"at": at} | one for one in events)).status_code in (200, 422)

    bombard()
