"""Saved views: who sees which, what is in them, their counts and their order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from steward.kernel import errors, memory
from steward.kernel.actor import NotPermitted
from steward.kernel.models import Event
from steward.modules.desk.commands.attending import attend_ticket
from steward.modules.desk.commands.indexing import read_texts
from steward.modules.desk.commands.moving import move_tickets, snooze_ticket
from steward.modules.desk.commands.owning import take_tickets
from steward.modules.desk.commands.restating import Facts, restate_tickets
from steward.modules.desk.commands.views import (
    NotAPerson,
    ViewDraft,
    arrange_views,
    open_with_view,
    remove_view,
    save_view,
)
from steward.modules.desk.models import SavedView, Ticket
from steward.modules.desk.queries.inbox import TicketFilters, inbox_page
from steward.modules.desk.queries.views import get_view, view_counts, view_page, views_of
from steward.modules.desk.rules.views import Conditions
from steward.modules.desk.tests import words
from tests import make

pytestmark = pytest.mark.django_db
NOW = make.NOW


@pytest.fixture(autouse=True)
def _fresh() -> None:
    memory.forget_everything()


def tickets(count: int = 3, **facts: Any) -> list[int]:
    """Let so many customers write, a minute apart."""
    said = [
        words.word(
            f"第{n}个包裹", customer_id=words.customer(f"+86138000{n:05d}"), at=NOW + timedelta(minutes=n), **facts
        )
        for n in range(count)
    ]
    return [one.ticket_id or 0 for one in words.said(*said)]


def listed(staff_id: int | None = None, sort: str = "due", **conditions: Any) -> list[int]:
    """List the tickets under conditions."""
    found = view_page(Conditions(**conditions), sort, staff_id=staff_id, now=NOW + timedelta(hours=1))
    return [row.id for row in found.rows]


def test_every_condition_narrows_to_its_tickets() -> None:
    first, second, third = tickets()
    wang = make.agent_wang()
    take_tickets(wang, ticket_ids=[first], now=NOW)
    restate_tickets(wang, ticket_ids=[second], facts=Facts(tags=["丢件", "催"], priority="high"), now=NOW)
    move_tickets(wang, ticket_ids=[third], verb="solve", now=NOW + timedelta(minutes=9))
    attend_ticket(wang, ticket_id=first, writes=False, now=NOW + timedelta(minutes=9))
    read_texts(words.DESK, now=NOW + timedelta(minutes=9))
    me = wang.staff_id

    assert listed() == [first, second]
    assert listed(me, owners=("me",)) == [first]
    assert listed(owners=("nobody",)) == [second]
    assert listed(me, owners=("me", "nobody")) == [first, second]
    assert listed(tags=("催",)) == [second]
    assert listed(priorities=("high", "urgent")) == [second]
    assert listed(me, unread=True) == [second]
    assert listed(awaiting=True, late=True) == [first, second]
    assert listed(order="with") == []
    assert listed(channels=("email",)) == []
    assert listed(text="第1") == [second]
    assert listed(teams=("mine",)) == []
    assert listed(sort="heard", states=("open", "new", "solved"), heard_days=3) == [third, second, first]
    assert listed(opened_days=1, sort="opened") == [second, first]


def test_what_was_put_off_is_shown_as_the_view_wants_it() -> None:
    first, second, third = tickets()
    snooze_ticket(make.agent_wang(), ticket_id=second, until=NOW + timedelta(hours=5), now=NOW)

    assert listed() == [first, third]
    assert listed(snoozed="only") == [second]
    assert set(listed(snoozed="also")) == {first, second, third}


@pytest.mark.parametrize("sort", ["due", "heard", "opened"])
def test_pages_of_a_view_follow_each_other(sort: str) -> None:
    ids = tickets(5)
    pages = [view_page(Conditions(), sort, staff_id=None, now=NOW, limit=2)]
    while pages[-1].after:
        pages.append(view_page(Conditions(), sort, staff_id=None, now=NOW, after=pages[-1].after, limit=2))

    assert [row.id for page in pages for row in page.rows] == (ids if sort == "due" else ids[::-1])


def test_a_queue_is_narrowed_by_conditions_too() -> None:
    first, second = tickets(2)
    restate_tickets(make.agent_wang(), ticket_ids=[second], facts=Facts(urgency="urgent"), now=NOW)

    found = inbox_page(TicketFilters(queue="active", more=Conditions(urgencies=("urgent",))), now=NOW)
    assert [row.id for row in found.rows] == [second] != [first]


def test_a_view_is_seen_by_whom_it_is_shared_with_and_changed_by_its_owner() -> None:
    wang, zhao = make.agent_wang(), make.manager_zhao()
    own = save_view(wang, draft=ViewDraft(name="我的催件", conditions=Conditions(tags=("催",))), now=NOW)
    shared = save_view(zhao, draft=ViewDraft(name="全部", conditions=Conditions(), shared="all"), now=NOW)

    assert [view.id for view in views_of(wang.staff_id)] == [shared, own]
    assert [view.id for view in views_of(zhao.staff_id)] == [shared]
    with pytest.raises(errors.NotFound):
        get_view(own, zhao.staff_id)
    with pytest.raises(NotPermitted):
        save_view(wang, draft=ViewDraft(name="x", conditions=Conditions()), view_id=shared, now=NOW)
    with pytest.raises(NotPermitted):
        save_view(wang, draft=ViewDraft(name="x", conditions=Conditions(), shared="all"), now=NOW)
    with pytest.raises(NotAPerson):
        save_view(words.DESK, draft=ViewDraft(name="x", conditions=Conditions()), now=NOW)
    assert get_view(shared, wang.staff_id).name == "全部"

    remove_view(zhao, view_id=shared)
    assert [view.id for view in views_of(wang.staff_id)] == [own]
    kinds = Event.objects.filter(kind__startswith="desk.view_").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["desk.view_saved", "desk.view_saved", "desk.view_removed"]


def test_an_unfit_view_is_refused_with_every_field_and_leaves_nothing() -> None:
    draft = ViewDraft(name="", conditions=Conditions(states=("closed",)), columns=("phone",))

    with pytest.raises(errors.BadInput) as refused:
        save_view(make.agent_wang(), draft=draft, now=NOW)

    assert {finding["field"] for finding in refused.value.findings} == {"name", "columns", "heard_days", "sort"}
    assert not SavedView.objects.exists()


def test_everybody_has_their_own_order_and_the_view_they_begin_with() -> None:
    wang = make.agent_wang()
    a, b, c = (save_view(wang, draft=ViewDraft(name=name, conditions=Conditions()), now=NOW) for name in "abc")

    arrange_views(wang, view_ids=[c, a])
    open_with_view(wang, view_id=b)
    open_with_view(wang, view_id=a)

    assert [(view.id, view.default) for view in views_of(wang.staff_id)] == [(c, False), (a, True), (b, False)]
    open_with_view(wang, view_id=None)
    assert not any(view.default for view in views_of(wang.staff_id))


def test_all_views_are_counted_in_one_statement_which_is_not_asked_again_at_once() -> None:
    tickets(4)
    wang = make.agent_wang()
    wishes = [Conditions(), Conditions(owners=("me",)), Conditions(teams=("mine",)), Conditions(awaiting=True)]
    for place, wish in enumerate(wishes):
        save_view(wang, draft=ViewDraft(name=f"{place}", conditions=wish), now=NOW)
    views = views_of(wang.staff_id)

    with CaptureQueriesContext(connection) as first:
        counts = view_counts(views, staff_id=wang.staff_id, now=NOW)
    with CaptureQueriesContext(connection) as again:
        view_counts(views, staff_id=wang.staff_id, now=NOW)

    assert [counts[view.id] for view in views] == [4, 0, 0, 4]
    assert len([one for one in first if "desk_ticket" in one["sql"]]) == 1
    assert len(again) == 0


def test_a_view_that_takes_a_search_or_a_long_list_is_not_counted() -> None:
    tickets(1)
    wang = make.agent_wang()
    wishes = [Conditions(text="包裹"), Conditions(states=("closed",), heard_days=7), Conditions()]
    for place, wish in enumerate(wishes):
        save_view(wang, draft=ViewDraft(name=f"{place}", conditions=wish, sort="heard"), now=NOW)
    views = views_of(wang.staff_id)

    with CaptureQueriesContext(connection) as asked:
        counts = view_counts(views, staff_id=wang.staff_id, now=NOW)
    assert [counts[view.id] for view in views] == [None, None, 1]
    assert not [one for one in asked if "desk_search" in one["sql"]]


def test_ended_tickets_that_are_narrowed_are_read_only_so_far_back() -> None:
    first, second = tickets(2, channel="email")
    wang = make.agent_wang()
    move_tickets(wang, ticket_ids=[first, second], verb="solve", now=NOW + timedelta(minutes=9))
    Ticket.objects.filter(id=first).update(heard_at=NOW - timedelta(days=93))

    def solved(**more: Any) -> list[int]:
        filters = TicketFilters(queue="solved", more=Conditions(**more))
        return [row.id for row in inbox_page(filters, now=NOW + timedelta(hours=1)).rows]

    assert solved() == [second, first]
    assert solved(channels=("email",)) == solved(channels=("email",), states=("open",)) == [second]
    assert listed(states=("solved",)) == [second]


def test_a_text_is_looked_for_in_the_queue_that_is_open() -> None:
    first, _second = tickets(2)
    move_tickets(make.agent_wang(), ticket_ids=[first], verb="solve", now=NOW + timedelta(minutes=9))
    read_texts(words.DESK, now=NOW + timedelta(minutes=9))

    found = inbox_page(TicketFilters(queue="solved", more=Conditions(text="包裹")), now=NOW + timedelta(hours=1))
    assert [row.id for row in found.rows] == [first]
