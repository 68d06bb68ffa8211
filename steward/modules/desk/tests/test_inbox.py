"""Lists of the inbox: queues, order, pages, counts, and who is at a ticket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.modules.desk.commands.attending import attend_ticket, drop_draft, save_draft
from steward.modules.desk.commands.moving import move_tickets, reject_tickets, snooze_ticket
from steward.modules.desk.commands.owning import take_tickets
from steward.modules.desk.commands.standard_answers import (
    LeftOpen,
    MacroDraft,
    NotYours,
    refuse_left_open,
    retire_macro,
    save_macro,
    use_macro,
)
from steward.modules.desk.models import Ticket
from steward.modules.desk.queries.inbox import TicketFilters, find_tickets, inbox_page, queue_counts
from steward.modules.desk.queries.presence import find_draft, present_at
from steward.modules.desk.queries.standard_answers import get_macro, macros_for
from steward.modules.desk.queries.tally import count_anew
from steward.modules.desk.queries.ticket import get_ticket, thread
from steward.modules.desk.tests import words
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


def tickets(count: int) -> list[int]:
    """Let so many customers write, a minute apart; return their tickets."""
    heard = words.said(
        *(
            words.word(f"第 {n} 个包裹", customer_id=words.customer(f"+86138000{n:05d}"), at=NOW + timedelta(minutes=n))
            for n in range(count)
        )
    )
    return [one.ticket_id or 0 for one in heard]


def test_active_tickets_come_by_what_is_due_next_page_by_page_and_none_twice() -> None:
    ids = tickets(5)
    filters = TicketFilters(queue="active")

    first = inbox_page(filters, now=NOW, limit=2)
    second = inbox_page(filters, now=NOW, after=first.after, limit=2)
    third = inbox_page(filters, now=NOW, after=second.after, limit=2)

    assert [row.id for page in (first, second, third) for row in page.rows] == ids
    assert third.after == ""
    assert inbox_page(filters, now=NOW, after="nonsense~x", limit=2).rows[0].id == ids[0]


def test_ended_tickets_come_newest_first() -> None:
    ids = tickets(3)
    move_tickets(make.agent_wang(), ticket_ids=ids, verb="solve", now=NOW)

    first = inbox_page(TicketFilters(queue="solved"), now=NOW, limit=2)
    rest = inbox_page(TicketFilters(queue="solved"), now=NOW, after=first.after, limit=2)

    assert [row.id for row in (*first.rows, *rest.rows)] == ids[::-1]


def test_every_queue_counts_what_it_lists() -> None:
    wang, ids = make.agent_wang(), tickets(6)
    take_tickets(wang, ticket_ids=ids[:3], now=NOW)
    move_tickets(wang, ticket_ids=ids[1:2], verb="wait_for_customer", now=NOW)
    snooze_ticket(wang, ticket_id=ids[2], until=NOW + timedelta(hours=2), now=NOW)
    reject_tickets(make.manager_zhao(), ticket_ids=ids[5:], reason="广告", now=NOW)

    counts = queue_counts(wang.staff_id, now=NOW)
    listed = {
        queue: len(inbox_page(TicketFilters(queue=queue, staff_id=wang.staff_id), now=NOW).rows)
        for queue in ("mine", "unassigned", "active", "waiting", "snoozed", "spam")
    }

    assert listed == {"mine": 2, "unassigned": 2, "active": 4, "waiting": 1, "snoozed": 1, "spam": 1}
    del listed["spam"]  # ended ones are not counted
    assert {queue: counts[queue] for queue in listed} == listed


def test_all_people_share_one_count_and_a_change_is_counted_at_once() -> None:
    wang, zhao, ids = make.agent_wang(), make.manager_zhao(), tickets(3)
    assert queue_counts(wang.staff_id, now=NOW)["unassigned"] == 3
    with CaptureQueriesContext(connection) as counting:
        assert queue_counts(zhao.staff_id, now=NOW + timedelta(milliseconds=900))["active"] == 3
    assert not any("desk_ticket" in query["sql"] for query in counting.captured_queries)

    take_tickets(wang, ticket_ids=ids[:1], now=NOW)

    assert queue_counts(wang.staff_id, now=NOW)["mine"] == 1
    # As if another process had done it.
    Ticket.objects.filter(id=ids[2]).update(snoozed_until=NOW + timedelta(hours=2))
    assert queue_counts(wang.staff_id, now=NOW)["unassigned"] == 2
    assert queue_counts(wang.staff_id, now=NOW + timedelta(seconds=1))["unassigned"] == 1


def test_a_count_begun_before_a_change_is_not_kept() -> None:
    wang, ids = make.agent_wang(), tickets(1)

    def changed_meanwhile(execute: Callable[..., Any], *asked: Any) -> Any:
        found = execute(*asked)
        count_anew()
        return found

    with connection.execute_wrapper(changed_meanwhile):
        assert queue_counts(wang.staff_id, now=NOW)["unassigned"] == 1
    Ticket.objects.filter(id=ids[0]).update(snoozed_until=NOW + timedelta(hours=2))

    assert queue_counts(wang.staff_id, now=NOW)["unassigned"] == 0


def test_a_longer_list_needs_no_more_statements() -> None:
    tickets(2)
    inbox_page(TicketFilters(), now=NOW)
    with CaptureQueriesContext(connection) as few:
        inbox_page(TicketFilters(), now=NOW)
    tickets(9)
    with CaptureQueriesContext(connection) as many:
        assert len(inbox_page(TicketFilters(), now=NOW).rows) == 9

    assert len(many) == len(few) <= 10


def test_a_ticket_is_found_by_its_number_and_read_with_what_was_said() -> None:
    [id_] = tickets(1)
    view = get_ticket(id_)

    assert [row.id for row in find_tickets(view.number.lower())] == [id_]
    assert find_tickets("TK-2099") == []
    said = thread(id_)
    assert [one.text for one in said.messages] == ["第 0 个包裹"]
    assert said.last_inbound_id == said.messages[0].id


def test_colleagues_see_who_is_there_and_who_writes_until_they_leave() -> None:
    [id_] = tickets(1)
    wang, zhao = make.agent_wang(), make.manager_zhao()

    assert attend_ticket(wang, ticket_id=id_, writes=False, now=NOW)
    assert not attend_ticket(wang, ticket_id=id_, writes=False, now=NOW)
    assert attend_ticket(wang, ticket_id=id_, writes=True, now=NOW)

    assert [(one.name, one.writes) for one in present_at(id_, but=zhao.staff_id, now=NOW)] == [("王丽", True)]
    assert present_at(id_, but=wang.staff_id, now=NOW) == []
    attend_ticket(wang, ticket_id=id_, writes=False, leaves=True, now=NOW)
    assert present_at(id_, but=zhao.staff_id, now=NOW) == []


def test_what_is_written_is_kept_for_each_person_until_it_is_dropped() -> None:
    [id_] = tickets(1)
    wang, zhao = make.agent_wang(), make.manager_zhao()

    save_draft(wang, ticket_id=id_, kind="reply", text="您好", now=NOW)
    save_draft(zhao, ticket_id=id_, kind="note", text="先别回", now=NOW)

    kept = find_draft(id_, wang.staff_id)
    assert kept is not None
    assert (kept.kind, kept.text) == ("reply", "您好")
    drop_draft(wang, ticket_id=id_)
    assert find_draft(id_, wang.staff_id) is None
    assert find_draft(id_, zhao.staff_id) is not None


def macro(code: str = "late", **facts: object) -> None:
    """Let manager Zhao write a standard answer."""
    given = {"titles": {"zh-hans": "催单"}, "bodies": {"zh-hans": "您好，{{ticket_number}}"}} | facts
    save_macro(make.manager_zhao(), draft=MacroDraft(code=code, **given), now=NOW)  # type: ignore[arg-type]


def test_a_standard_answer_that_goes_out_is_counted_and_sorts_the_ticket() -> None:
    [id_] = tickets(1)
    macro(category="logistics", tags=("催",), then="wait_for_third")

    then = use_macro(make.agent_wang(), ticket_id=id_, code="late", now=NOW)

    view = get_ticket(id_)
    assert (then, view.category, view.tags, get_macro("late").uses) == ("wait_for_third", "logistics", ["催"], 1)


def test_a_standard_answer_of_another_team_or_put_away_is_refused_and_leaves_nothing() -> None:
    [id_] = tickets(1)
    make.team("night", usernames=())
    macro("theirs", teams=("night",), category="payment")
    macro("old", category="payment")
    retire_macro(make.manager_zhao(), code="old", now=NOW)

    for code in ("theirs", "old"):
        with pytest.raises(NotYours):
            use_macro(make.agent_wang(), ticket_id=id_, code=code, now=NOW)

    assert macros_for(make.agent_wang().staff_id) == []
    assert get_ticket(id_).category == ""


def test_an_answer_with_an_open_variable_is_refused() -> None:
    with pytest.raises(LeftOpen, match="order_number"):
        refuse_left_open("订单 {{order_number}}")
    refuse_left_open("订单 SO-1")
